require "open3"
out, err, status = Open3.capture3("cat; echo e >&2; exit 2", stdin_data: "in")
p out, err, status.exitstatus
