#define _GNU_SOURCE
#include "park.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

noreturn void
park_give_up(const char *what)
{
	dprintf(STDERR_FILENO, "hearth: %s: %s\n", what, strerror(errno));
	_exit(PARK_BROKEN);
}

int
park_socket(const char *variable)
{
	const char *text = getenv(variable);
	char *end;
	struct stat status;
	if (text == NULL || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	long fd = strtol(text, &end, 10);
	if (*end != '\0' || errno != 0 || fd > INT_MAX)
		return -1;
	return fstat((int)fd, &status) == 0 && S_ISSOCK(status.st_mode) ? (int)fd : -1;
}

/* ---- Messages --------------------------------------------------------------------------- */

static void
receive(int fd, void *buffer, size_t size)
{
	for (char *at = buffer; size > 0;) {
		ssize_t got = read(fd, at, size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(0); /* nobody needs this process any more */
		at += got;
		size -= (size_t)got;
	}
}

static char **
take_strings(char **at, char *end, size_t *count)
{
	uint32_t announced;
	errno = EBADMSG;
	if ((size_t)(end - *at) < sizeof announced)
		park_give_up("the message is cut short");
	memcpy(&announced, *at, sizeof announced);
	*at += sizeof announced;
	if (announced > (size_t)(end - *at))
		park_give_up("the message counts more strings than it has bytes");
	char **strings = malloc((announced + 1) * sizeof *strings);
	if (strings == NULL)
		park_give_up("a message");
	for (uint32_t i = 0; i < announced; i++) {
		char *nul = memchr(*at, '\0', (size_t)(end - *at));
		if (nul == NULL)
			park_give_up("a string of the message has no end");
		strings[i] = *at;
		*at = nul + 1;
	}
	strings[announced] = NULL;
	*count = announced;
	return strings;
}

struct message
park_wait(int socket)
{
	while (send(socket, "", 1, MSG_NOSIGNAL) != 1)
		if (errno != EINTR)
			_exit(0);
	return park_receive(socket);
}

struct message
park_receive(int socket)
{
	uint32_t size;
	receive(socket, &size, sizeof size);
	char *text = malloc((size_t)size + 1);
	if (text == NULL)
		park_give_up("a message");
	receive(socket, text, size);

	struct message message;
	char *at = text, *end = text + size;
	message.argv = take_strings(&at, end, &message.argc);
	message.env = take_strings(&at, end, &message.envc);
	if (at != end)
		park_give_up("the message goes on after its end");
	return message;
}

static size_t
size_of(char *const *strings)
{
	size_t size = sizeof(uint32_t);
	for (; *strings != NULL; strings++)
		size += strlen(*strings) + 1;
	return size;
}

static char *
put_strings(char *at, char *const *strings)
{
	char *count_at = at;
	uint32_t count = 0;
	at += sizeof count;
	for (; *strings != NULL; strings++, count++)
		at = stpcpy(at, *strings) + 1;
	memcpy(count_at, &count, sizeof count);
	return at;
}

void
park_send(int socket, char *const *argv, char *const *env)
{
	uint32_t size = (uint32_t)(size_of(argv) + size_of(env));
	char *message = malloc(sizeof size + size), *at = message;
	if (message == NULL)
		park_give_up("a message");
	memcpy(at, &size, sizeof size);
	put_strings(put_strings(at + sizeof size, argv), env);
	for (size_t left = sizeof size + size; left > 0;) {
		ssize_t sent = send(socket, at, left, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			break; /* it has died: whoever waits for it sees how */
		at += sent;
		left -= (size_t)sent;
	}
	free(message);
}

/* ---- Tools ------------------------------------------------------------------------------ */

struct tool
tool_park(const char *path, int in, int out, int err, int keep)
{
	struct tool tool;
	int ends[2];
	posix_spawn_file_actions_t files;
	char *argv[] = {(char *)path, NULL};
	char *env[] = {"LD_PRELOAD=" PARK_TOOL_LIBRARY, PARK_TOOL_VARIABLE "=3", NULL};
	char ready;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		park_give_up("socketpair");
	/* Above all that may be asked for, so that no descriptor lands on another that is still to be moved. */
	int far = fcntl(ends[1], F_DUPFD_CLOEXEC, 20);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&files, far, PARK_TOOL_FD);
	if (keep >= 0)
		posix_spawn_file_actions_adddup2(&files, keep, keep);
	errno = posix_spawn(&tool.pid, path, &files, NULL, argv, env);
	if (errno != 0)
		park_give_up(path);
	posix_spawn_file_actions_destroy(&files);
	close(far);
	close(ends[1]);
	tool.socket = ends[0];
	if (read(tool.socket, &ready, 1) != 1)
		park_give_up(path);
	return tool;
}

/* The agent has set the limits of the process that it knows. */
static void
pass_limits_on(pid_t pid)
{
	static const int kinds[] = {RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_STACK};
	struct rlimit limit;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (getrlimit(kinds[i], &limit) == 0)
			prlimit(pid, kinds[i], &limit, NULL);
}

void
tool_start(const struct tool *tool, char *const *argv, char *const *env)
{
	pass_limits_on(tool->pid);
	park_send(tool->socket, argv, env);
}

int
tool_wait(const struct tool *tool)
{
	int status;
	while (waitpid(tool->pid, &status, 0) < 0)
		if (errno != EINTR)
			park_give_up("waitpid");
	return status;
}

void
park_copy(int from, int to)
{
	char buffer[65536];
	ssize_t got;
	if (lseek(from, 0, SEEK_SET) < 0)
		return;
	while ((got = read(from, buffer, sizeof buffer)) > 0)
		for (char *at = buffer; got > 0;) {
			ssize_t put = write(to, at, (size_t)got);
			if (put < 0 && errno == EINTR)
				continue;
			if (put < 0)
				return;
			at += put;
			got -= put;
		}
}
