require_relative "lib/deep"
Deep.down(3)
