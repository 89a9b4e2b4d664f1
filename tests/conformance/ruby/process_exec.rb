puts "before"
$stdout.flush
exec "/bin/sh", "-c", "echo executed $0 $1", "name", "я"
