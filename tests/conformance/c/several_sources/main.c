#include <stdio.h>

#include "lib/shape.h"

int main(void)
{
	struct shape s = {3, 4};
	printf("%d %s\n", area(&s), where());
}
