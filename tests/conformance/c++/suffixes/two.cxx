#include "parts.hpp"
int two() { return 2; }
