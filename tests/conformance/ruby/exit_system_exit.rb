raise SystemExit.new(9, "quietly")
