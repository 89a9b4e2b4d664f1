begin
  Integer("x")
rescue => e
  raise RuntimeError, "outer\nwith two lines"
end
