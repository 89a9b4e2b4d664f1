require "no/such/file"
