puts "ÿ".valid_encoding?
puts "ÿ".inspect
