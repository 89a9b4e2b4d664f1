puts "bom"
puts __ENCODING__
p "a
b"
