print "before "
system("echo child")
puts "after"
