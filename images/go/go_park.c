/* Compiles and links simple Go programs without go itself.
 *
 * What `go build` does before it compiles, it does for modules, build constraints and its cache: it reads
 * the source of all packages that a program imports. For a program that needs none of that, this
 * process runs compile and link as go would, over the standard library that is in the image. For all others,
 * and when either of the two fails in a way that go might have told otherwise, it becomes the plain
 * command.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "park.h"
#include "simple.h"

enum { FIRST_SOURCE = 3 }; /* go_build OUTPUT ENTRY SOURCE... */

static char object[] = "/tmp/go-build.a";

static noreturn void
become_plain(const struct message *program)
{
	unlink(object);
	execve(program->argv[0], program->argv, program->env);
	park_give_up(program->argv[0]);
}

/* The command with all sources in the place of one, as go names files of the current folder. */
static char **
with_sources(char **command, const struct message *program)
{
	size_t words = 0, next = 0;
	while (command[words] != NULL)
		words++;
	char **filled = malloc((words + program->argc + 1) * sizeof *filled);
	if (filled == NULL)
		park_give_up("arguments");
	for (; *command != NULL; command++) {
		bool sources = strcmp(*command, COMMANDS_SOURCE) == 0;
		if (!sources)
			filled[next++] = strcmp(*command, COMMANDS_OBJECT) == 0 ? object : *command;
		for (size_t i = FIRST_SOURCE; sources && i < program->argc; i++)
			if (asprintf(&filled[next++], "./%s", program->argv[i]) < 0)
				park_give_up("arguments");
	}
	filled[next] = NULL;
	return filled;
}

/* What go adds to the environment of its tools (GOROOT), and what makes them quick on one CPU. */
static char **
with_own_variables(const struct message *program)
{
	static char *const own[] = {"GOROOT=/usr/lib/go", "GOMAXPROCS=1", "XDG_CONFIG_HOME=/usr/lib/hearth/config"};
	const size_t count = sizeof own / sizeof *own;
	char **env = malloc((program->envc + count + 1) * sizeof *env);
	if (env == NULL)
		park_give_up("environment");
	memcpy(env, own, sizeof own); /* the first of a name counts */
	memcpy(env + count, program->env, (program->envc + 1) * sizeof *env);
	return env;
}

/* Runs a tool with both outputs into a file. */
static int
run(char **argv, char **env, int said)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int status;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, said, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
	errno = posix_spawn(&pid, argv[0], &files, NULL, argv, env);
	if (errno != 0)
		park_give_up(argv[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			park_give_up("waitpid");
	return status;
}

/* Whether go, too, would have let the compiler say this: it reads the beginning of each file first, as far as the
 * imports. */
static bool
is_the_compilers_to_say(int said)
{
	struct stat facts;
	if (fstat(said, &facts) || facts.st_size == 0)
		return false;
	char *text = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, said, 0);
	if (text == MAP_FAILED)
		return false;
	static const char *const doubtful[] = {"syntax error", "could not import", "import path", "package "};
	bool clear = true;
	for (size_t i = 0; clear && i < sizeof doubtful / sizeof *doubtful; i++)
		clear = memmem(text, (size_t)facts.st_size, doubtful[i], strlen(doubtful[i])) == NULL;
	munmap(text, (size_t)facts.st_size);
	return clear;
}

int
main(int argc, char **argv)
{
	int socket = park_socket("HEARTH_PARK");
	if (argc != 2 || socket < 0)
		park_give_up("usage: HEARTH_PARK=SOCKET go_park COMMANDS");
	fcntl(socket, F_SETFD, FD_CLOEXEC);
	FILE *file = fopen(argv[1], "re");
	if (file == NULL)
		park_give_up(argv[1]);
	char **compile = commands_next(file), **link = commands_next(file);
	fclose(file);
	int said = memfd_create("said", MFD_CLOEXEC);
	struct message program = park_wait(socket);
	close(socket);
	if (said < 0 || program.argc <= FIRST_SOURCE || !is_simple(program.argv + FIRST_SOURCE))
		become_plain(&program);

	char **env = with_own_variables(&program);
	int status = run(with_sources(compile, &program), env, said);
	if (status != 0) {
		if (!WIFEXITED(status) || !is_the_compilers_to_say(said))
			become_plain(&program);
		dprintf(STDERR_FILENO, "# command-line-arguments\n");
		park_copy(said, STDERR_FILENO);
		unlink(object);
		return 1;
	}
	if (run(with_sources(link, &program), env, said) != 0 || lseek(said, 0, SEEK_END) != 0)
		become_plain(&program);
	unlink(object);
	return 0;
}
