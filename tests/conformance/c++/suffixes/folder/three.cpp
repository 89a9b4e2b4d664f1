#include "../parts.hpp"
int three() { return 3; }
