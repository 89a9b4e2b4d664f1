/* A parked runner for tests: says that it is ready, takes a program, and executes it. "/again TEXT STATUS" is a
   stage that it survives: it prints the text, says the status, and takes another program. With an argument of
   its own it has a child that waits, as a driver of parked tools has. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[65536 + 1], *vectors[65536 + 8];

static char **unpack(char **at, char ***free)
{
	uint32_t count;
	char **begin = *free;
	memcpy(&count, *at, sizeof count);
	*at += sizeof count;
	for (uint32_t i = 0; i < count; i++, *at += strlen(*at) + 1)
		*(*free)++ = *at;
	*(*free)++ = NULL;
	return begin;
}

int main(int argc, char **own)
{
	(void)own;
	pid_t child = argc > 1 ? fork() : -1;
	if (child == 0)
		for (;;)
			pause();
	int fd = atoi(getenv("HEARTH_PARK"));
	char **argv, **env;
	if (write(fd, "r", 1) != 1)
		return 0;
	for (;;) {
		uint32_t size, have = 0;
		if (read(fd, &size, sizeof size) != sizeof size)
			return 0;
		while (have < size) {
			ssize_t got = read(fd, text + have, size - have);
			if (got <= 0)
				return 0;
			have += (uint32_t)got;
		}
		char *at = text, **free = vectors;
		argv = unpack(&at, &free);
		env = unpack(&at, &free);
		if (strcmp(argv[0], "/again") != 0)
			break;
		char status = (char)atoi(argv[2]);
		if (write(1, argv[1], strlen(argv[1])) < 0 || write(fd, &status, 1) != 1)
			return 0;
	}
	close(fd);
	if (strcmp(argv[0], "/hi") == 0)
		return write(1, "hi\n", 3) != 3; /* the shortest program: for measuring */
	if (strcmp(argv[0], "/child") == 0)
		return waitpid(child, NULL, WNOHANG); /* 0 while it lives */
	execve(argv[0], argv, env);
	return 126;
}
