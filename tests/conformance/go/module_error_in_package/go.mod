module example.org/broken
