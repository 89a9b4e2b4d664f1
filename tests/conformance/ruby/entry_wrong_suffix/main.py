puts "Ruby does not mind"
