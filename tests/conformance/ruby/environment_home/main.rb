p Dir.home, ENV["HOME"], File.expand_path("~/x"), Gem.user_dir
