abort "the last words"
