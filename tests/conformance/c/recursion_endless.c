#include <stdio.h>

static __attribute__((noinline)) int endless(volatile int *n)
{
	volatile int next = *n + 1;
	return endless(&next) + next;
}

int main(void)
{
	int zero = 0;
	fprintf(stderr, "down\n");
	return endless(&zero);
}
