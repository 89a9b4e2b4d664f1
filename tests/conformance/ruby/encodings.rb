p __ENCODING__, Encoding.default_external, Encoding.default_internal, Encoding.find("locale"), Encoding.find("filesystem"), "я".encoding, $0.encoding, __FILE__.encoding, __dir__.encoding
p [$stdin, $stdout, $stderr].map { |io| [io.external_encoding, io.internal_encoding, io.sync, io.fileno, io.tty?, io.lineno] rescue $!.class }
p ENV["LANG"].encoding, ENV.to_a.flatten.map(&:frozen?).uniq, Encoding.aliases["locale"]
