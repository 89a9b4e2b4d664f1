#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char line[100];
	FILE *source = fopen("main.c", "r");
	(void)argc;
	while (source && fgets(line, sizeof line, source))
		if (strstr(line, "itself"))
			printf("%s", line);
	printf("%s\n", strrchr(argv[0], '/'));
	FILE *made = fopen("made.txt", "w");
	fputs("kept", made);
	fclose(made);
	printf("%d %d %d\n", access("made.txt", R_OK), unlink("main.c"), access("main.c", R_OK));
	printf("%d\n", access("main.o", R_OK));
	return 0;
}
