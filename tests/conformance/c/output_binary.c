#include <stdio.h>

int main(void)
{
	for (int c = 0; c < 256; c++)
		putchar(c);
	fwrite("\xff\xfe\0\x80", 1, 4, stderr);
}
