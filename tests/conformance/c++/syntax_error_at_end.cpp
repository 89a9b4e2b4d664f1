struct Unfinished {
    int value;
