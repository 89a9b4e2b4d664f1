p Gem::VERSION, Gem.loaded_specs.keys.sort, Gem.path, Gem.user_dir, Gem.ruby_version.to_s
begin
  gem "nothing-like-it"
rescue LoadError => e
  puts e.message
end
