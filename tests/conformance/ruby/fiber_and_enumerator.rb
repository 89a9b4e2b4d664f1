f = Fiber.new { |x| loop { x = Fiber.yield(x * 2) } }
p f.resume(1), f.resume(21)
e = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }
p e.lazy.select(&:even?).first(8)
