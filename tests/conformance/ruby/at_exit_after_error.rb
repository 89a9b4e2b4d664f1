at_exit { puts $!.inspect; $stdout.flush }
raise ArgumentError, "no"
