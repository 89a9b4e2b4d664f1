require "rbconfig"
p RbConfig.ruby
puts `#{RbConfig.ruby} -e "p ARGV, \$0, ENV.key?(%q(LD_PRELOAD))" x`
