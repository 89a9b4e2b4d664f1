def again(n) = again(n + 1)
begin
  again(0)
rescue SystemStackError => e
  p e.class, e.message
end
puts "still here"
