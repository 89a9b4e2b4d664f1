$stdout.puts "out 1"
$stderr.puts "err 1"
$stdout.print "out 2"
warn "err 2"
puts
p $stdout.sync, $stderr.sync
$stdout.sync = true
system("echo child")
puts "after the child"
