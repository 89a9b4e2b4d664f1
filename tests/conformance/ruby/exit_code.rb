begin
  exit 42
ensure
  puts "ensured"
end
