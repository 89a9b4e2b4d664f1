p Encoding.default_external, __FILE__.encoding, ARGV.map(&:encoding), "я".encoding, $stdin.read.encoding
