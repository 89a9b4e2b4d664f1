text = $stdin.read
p text, text.encoding, text.valid_encoding?, STDIN.read, $stdin.read(1)
