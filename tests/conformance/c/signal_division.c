#include <stdio.h>

int main(int argc, char **argv)
{
	volatile int zero = argc - 1;
	(void)argv;
	printf("%d\n", argc / zero);
}
