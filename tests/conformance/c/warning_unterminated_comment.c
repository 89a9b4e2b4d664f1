#include <stdio.h>
/* a comment that /* begins twice */
int main(void) { puts("still compiled"); return 0; }
