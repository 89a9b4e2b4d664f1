#!/bin/sh
echo "not ruby"
#!/usr/bin/ruby
p __LINE__
