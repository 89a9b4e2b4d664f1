$stdout.write("0123456789abcdef" * 60_000, "\n")
puts "end"
