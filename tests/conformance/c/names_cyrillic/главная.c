#include <stdio.h>

#include "слова.h"

int main(void)
{
	puts(ПРИВЕТ);
	puts(__FILE__);
	return опечатка;
}
