Gem::Specification.new do |s|
  s.name = "greeter"
  s.version = "1.2.3"
  s.summary = "x"
  s.authors = ["x"]
  s.files = ["lib/greeter.rb"]
  s.require_paths = ["lib"]
end
