def depth(n) = n.zero? ? 0 : 1 + depth(n - 1)
p depth(5000)
