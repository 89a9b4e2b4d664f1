srand 42
p rand(1000), Random.new(7).rand, [1, 2, 3, 4].shuffle(random: Random.new(1)), Random.rand(1.0).class
