require "time"
p Time.at(0).to_s, Time.at(0).zone, Time.new(2024, 7, 1).utc_offset, Time.parse("2024-01-01 10:00").iso8601, ENV["TZ"]
