at_exit { puts "never" }
puts "before"
$stdout.flush
exit! 7
