#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(void)
{
	for (char **at = environ; *at; at++)
		puts(*at);
	setenv("ADDED", "1", 1);
	unsetenv("EMPTY");
	fflush(stdout);
	return system("echo \"$ADDED ${EMPTY-none} $UNICODE\"") != 0;
}
