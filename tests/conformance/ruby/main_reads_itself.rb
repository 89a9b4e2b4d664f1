puts File.read(__FILE__), File.basename($0), __FILE__ == $0, $PROGRAM_NAME
puts "main" if __FILE__ == $PROGRAM_NAME
