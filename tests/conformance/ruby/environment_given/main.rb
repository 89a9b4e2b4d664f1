p ENV.to_h.sort, ENV["NAME"], ENV.fetch("NOTHING", 1), ENV.key?("HEARTH_PARK"), ENV.key?("LD_PRELOAD")
ENV["NEW"] = "1"
ENV.delete("NAME")
$stdout.flush
system("env | sort | grep -v ^_=")
