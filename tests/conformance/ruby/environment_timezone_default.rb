p Time.at(0).to_s, Time.at(0).zone, Time.new(2024, 7, 1).utc_offset
ENV["TZ"] = "Asia/Tokyo"
p Time.at(0).to_s
