def again = [again]
begin
  again
rescue SystemStackError => e
  raise e.class, "found", []
end
