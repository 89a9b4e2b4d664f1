#include <stdio.h>

int main(void)
{
	int c, lines = 0;
	long sum = 0;
	while ((c = getchar()) != EOF) {
		lines += c == '\n';
		sum += c;
	}
	printf("%d %ld %d\n", lines, sum, feof(stdin) != 0);
}
