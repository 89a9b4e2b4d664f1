trap("TERM") { |n| puts "got #{n}" }
Process.kill("TERM", Process.pid)
sleep 0.05
p trap("INT", "DEFAULT"), trap("USR1") {}, trap("PIPE", "DEFAULT"), trap("EXIT") { puts "exit trap" }, Signal.list["KILL"]
