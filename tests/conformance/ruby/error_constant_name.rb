Strin.new
