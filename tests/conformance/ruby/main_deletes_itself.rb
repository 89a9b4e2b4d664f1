File.delete(__FILE__)
p File.exist?(__FILE__), Dir.children(".")
puts DATA.read
raise "gone"
__END__
still there
