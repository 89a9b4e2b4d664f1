at_exit { puts "first given" }
at_exit { puts "second given"; exit 5 }
END { puts "END" }
BEGIN { puts "BEGIN" }
ObjectSpace.define_finalizer(Object.new, proc { puts "finalizer" })
puts "main"
