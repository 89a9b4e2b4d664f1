const char *const привет = "Привет, мир";
