#include <stdlib.h>

int main(void)
{
	exit(256 + 42);
}
