#include <stdio.h>

int main(void)
{
	volatile int *nothing = 0;
	fprintf(stderr, "here it comes\n");
	printf("lost in the buffer");
	return *nothing;
}
