#include "parts.hpp"
int one() { return 1; }
