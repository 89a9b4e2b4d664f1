r, w = IO.pipe
r.close
begin
  w.write "x"
rescue => e
  p e.class
end
w.close rescue p $!.class
