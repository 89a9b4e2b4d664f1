$stdout.close
puts "nothing"
