#include <stdio.h>
#include "stdlib.h"
#include "math.h"

int main(void)
{
	printf("%d %g\n", MINE, sqrt(2.25));
}
