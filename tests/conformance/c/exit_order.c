#include <stdio.h>
#include <stdlib.h>

static void first(void)
{
	puts("registered first");
}

static void second(void)
{
	puts("registered second");
}

__attribute__((constructor)) static void before(void)
{
	puts("before main");
}

__attribute__((destructor)) static void after(void)
{
	puts("after all");
}

int main(void)
{
	atexit(first);
	atexit(second);
	puts("main");
	exit(3);
}
