puts "buffered, lost"
Process.kill(:KILL, $$)
sleep
