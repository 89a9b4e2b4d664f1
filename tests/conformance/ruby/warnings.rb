warn "plain"
warn "with place", uplevel: 0
X = 1
X = 2
puts "#{1 == 1.0}"
p Warning[:deprecated], Warning[:experimental]
