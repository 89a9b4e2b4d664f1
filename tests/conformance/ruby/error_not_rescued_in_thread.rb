Thread.report_on_exception = true
t = Thread.new { Thread.current.report_on_exception = false; raise "in a thread" }
t.join
