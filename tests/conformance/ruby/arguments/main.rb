p ARGV, ARGV.map(&:encoding), ARGV.frozen?, $*.equal?(ARGV)
puts ARGF.read rescue p $!.class, $!.message
