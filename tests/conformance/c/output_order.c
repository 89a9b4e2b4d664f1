#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	printf("buffered until the end");
	fprintf(stderr, "at once\n");
	write(1, "system call first\n", 18);
	printf("%d\n", isatty(1));
	if (fclose(stdin))
		return 1;
	return fflush(NULL);
}
