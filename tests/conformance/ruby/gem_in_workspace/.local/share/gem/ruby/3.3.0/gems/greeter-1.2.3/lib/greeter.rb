module Greeter
  def self.hello = "hello from a gem"
end
