puts ARGF.each_line.map { |line| "#{ARGF.filename}:#{ARGF.file.lineno}: #{line}" }
p $., ARGV
