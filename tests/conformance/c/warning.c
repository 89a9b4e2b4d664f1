#include <stdio.h>

#warning "a warning by request"

int main(void)
{
	int zero = 0;
	printf("%d\n", 7 / (zero ? zero : 1), 2);
	return 1 / 0 ? 0 : 1;
}
