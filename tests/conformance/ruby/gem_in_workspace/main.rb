require "greeter"
puts Greeter.hello, Gem.loaded_specs["greeter"].version, $LOAD_PATH.grep(/greeter/)
