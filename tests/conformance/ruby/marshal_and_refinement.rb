S = Struct.new(:a, :b)
p Marshal.load(Marshal.dump([S.new(1, "я"), 2.5, nil, { a: 1r }]))
module R
  refine(Integer) { def double = self * 2 }
end
using R
p 21.double
