#include <stdio.h>

int main(void)
{
	puts(__FILE__);
}
