require "mine"
p $LOAD_PATH.first
