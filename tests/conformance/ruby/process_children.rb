p `echo from a shell`, $?.exitstatus, $?.class
system("exit 3")
p $?.exitstatus, system("no-such-command"), $?.exitstatus
IO.popen(["cat"], "r+") { |io| io.write "through cat"; io.close_write; p io.read }
pid = fork { puts "child"; exit 4 }
Process.wait pid
p $?.exitstatus
