require File.expand_path("part.rb", __dir__)
require_relative "part"
p $LOADED_FEATURES.last, PART
load "./part.rb"
