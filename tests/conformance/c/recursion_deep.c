#include <stdio.h>

static __attribute__((noinline)) unsigned long depth(unsigned long n)
{
	volatile char frame[64];
	frame[0] = (char)n;
	return n == 0 ? 0 : 1 + depth(n - 1) + (unsigned long)(frame[0] - frame[0]);
}

int main(void)
{
	printf("%lu\n", depth(60000));
}
