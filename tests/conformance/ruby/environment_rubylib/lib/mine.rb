puts "mine"
