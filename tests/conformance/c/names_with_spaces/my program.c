#include <stdio.h>

#include "my header.h"

int main(void)
{
	puts(GREETING " from " __FILE__);
}
