a, b = gets.split.map(&:to_i)
puts a + b
print "> "
while (line = gets)
  puts "#{$.}: #{line.chomp.reverse}"
end
p gets, $stdin.eof?
