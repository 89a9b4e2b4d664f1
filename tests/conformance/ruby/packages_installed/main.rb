# A gem, made here, installed as one that was uploaded would be.
require "fileutils"
require "rubygems/package"

FileUtils.mkdir_p(%w[lib exe])
File.write("lib/greeter.rb", "module Greeter\n  def self.hello = puts(\"hello from \#{name}\")\nend\n")
File.write("exe/greet", "#!/usr/bin/env ruby\nrequire \"greeter\"\nGreeter.hello\n")
specification = Gem::Specification.new("greeter", "1.2") do |gem|
  gem.summary = "greets"
  gem.authors = ["nobody"]
  gem.files = %w[lib/greeter.rb exe/greet]
  gem.bindir = "exe"
  gem.executables = ["greet"]
  gem.license = "MIT"
  gem.homepage = "http://localhost"
end
Gem::Package.build(specification, true)
FileUtils.rm_r(%w[lib exe])
$stdout.flush

commands = File.expand_path("~/.local/bin")
system("gem", "install", "--no-document", "--user-install", "--bindir", commands, "./greeter-1.2.gem")
system("ruby", "-e", "require 'greeter'; Greeter.hello")
system("greet")
begin
  require "greeter"
  Greeter.hello
rescue LoadError => error
  puts error.message
end
puts Dir.children(Dir.home).sort
