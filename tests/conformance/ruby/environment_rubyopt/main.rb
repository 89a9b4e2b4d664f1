p $VERBOSE, $DEBUG, defined?(Set), $LOADED_FEATURES.grep(/optparse/).size
x = 1
