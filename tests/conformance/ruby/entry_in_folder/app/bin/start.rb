require_relative "../lib/helper"
p __FILE__, __dir__, $0, Dir.pwd, $LOAD_PATH.include?("."), Helper.name
Helper.fail
