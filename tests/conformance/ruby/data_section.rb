# Where the data is, is told by the file.
p DATA.class, DATA.path, DATA.pos, DATA.lineno, DATA.fileno, DATA.external_encoding, DATA.binmode?, DATA.sync, DATA.close_on_exec?
DATA.each_line { |line| p line }
DATA.rewind
p DATA.gets, DATA.eof?, DATA.stat.size
__END__
фирст
second
