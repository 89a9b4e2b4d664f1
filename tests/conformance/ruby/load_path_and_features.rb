puts $LOAD_PATH, $LOADED_FEATURES, $LOADED_FEATURES.frozen?, $LOAD_PATH.resolve_feature_path("set").inspect
