require "optparse"
options = {}
OptionParser.new { |o| o.on("-n", "--number N", Integer) { |n| options[:n] = n }; o.on("-v") { options[:v] = true } }.parse!
p options, ARGV
OptionParser.new.parse!(%w[--nothing])
