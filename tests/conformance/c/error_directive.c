#ifndef NOTHING
#error "say what you want"
#endif
int main(void) { return 0; }
