require "minitest/autorun"
class T < Minitest::Test
  def test_one = assert_equal(2, 1 + 1)
end
Minitest.after_run { puts "after the run" }
Minitest::Runnable.runnables
module Quiet
  def start = nil
  def report = puts("#{count} runs, #{failures} failures")
end
Minitest::SummaryReporter.prepend Quiet
Minitest.extensions.clear
