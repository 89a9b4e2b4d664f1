results = Queue.new
threads = 4.times.map { |i| Thread.new { sleep 0.01 * i; results << i } }
threads.each(&:join)
p 4.times.map { results.pop }
m = Mutex.new
n = 0
8.times.map { Thread.new { 100.times { m.synchronize { n += 1 } } } }.each(&:join)
p n
Timeout rescue p $!.class
require "timeout"
begin
  Timeout.timeout(0.02) { sleep }
rescue Timeout::Error => e
  p e.message
end
