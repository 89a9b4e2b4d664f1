p ARGV.size, ARGV.sum(&:to_i)
