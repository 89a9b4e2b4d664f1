value = { a: [1, nil] }
puts value[:a][1].fetch(0) + 1
