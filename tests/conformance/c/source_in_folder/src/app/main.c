#include <stdio.h>

#include "../config.h"

int main(void)
{
	printf("%s %s %d\n", NAME, __FILE__, __LINE__);
}
