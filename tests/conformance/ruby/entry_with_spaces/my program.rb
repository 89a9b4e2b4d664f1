p $0, __FILE__, __dir__
puts caller(0)
foo
