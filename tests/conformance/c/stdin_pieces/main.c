#include <stdio.h>
#include <unistd.h>

int main(void)
{
	int n, value, sum = 0;
	char line[100], rest[100];
	scanf("%d", &n);
	for (int i = 0; i < n; i++) {
		scanf("%d", &value);
		sum += value;
	}
	printf("%d\n", sum);
	fgets(line, sizeof line, stdin);
	fgets(line, sizeof line, stdin);
	printf("[%s]", line);
	printf("[%s]\n", fgets(line, sizeof line, stdin) ? line : "end");
	printf("%zd %d\n", read(0, rest, sizeof rest), isatty(0));
}
