#!/usr/bin/ruby -w
p $VERBOSE
x = 1
