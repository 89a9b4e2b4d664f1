$stdout.sync = true
begin
  Process.kill(:INT, $$)
  sleep
rescue Interrupt => e
  p e.class, e.message, e.signo
end
Process.kill(:INT, $$)
sleep
