p gets, $stdin.read, (STDIN.readline rescue $!.class)
