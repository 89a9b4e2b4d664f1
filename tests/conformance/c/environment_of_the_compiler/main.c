#include <stdio.h>

#include <found.h>

int main(void)
{
	puts(FOUND);
}
