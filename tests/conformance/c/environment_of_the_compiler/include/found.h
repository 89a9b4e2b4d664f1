#define FOUND "by CPATH"
