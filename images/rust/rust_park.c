/* A rustc whose compiler and linker have started and wait for a program.
 *
 * It is told the plain command, and runs it in the waiting rustc with one difference: its linker is
 * rust_link, which asks this process to have the waiting gold link. When that does not go as it should,
 * what rustc has said is thrown away, and this process becomes the plain command.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "link.h"
#include "park.h"

static char **link_command;
static struct tool compiler, linker;
static int compiler_out, compiler_err, linker_said, requests;

static int
scratch(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0)
		park_give_up("memfd_create");
	return fd;
}

static void
park_tools(void)
{
	int ends[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		park_give_up("a socket");
	requests = ends[0];
	if (dup3(ends[1], LINK_SOCKET, O_CLOEXEC) < 0)
		park_give_up("a socket");
	close(ends[1]);
	compiler_out = scratch("stdout");
	compiler_err = scratch("stderr");
	linker_said = scratch("linker");
	compiler = tool_park("/usr/bin/rustc", null, compiler_out, compiler_err, LINK_SOCKET);
	linker = tool_park(link_command[0], null, linker_said, linker_said, -1);
	close(LINK_SOCKET);
	close(null);
}

static char **
with_our_linker(const struct message *program)
{
	char **argv = malloc((program->argc + 3) * sizeof *argv);
	if (argv == NULL)
		park_give_up("arguments");
	argv[0] = program->argv[0];
	argv[1] = "-C";
	argv[2] = "linker=" LINK_PROGRAM;
	memcpy(argv + 3, program->argv + 1, program->argc * sizeof *argv);
	return argv;
}

static bool
link_program(const struct message *request)
{
	struct stat said;
	char **argv = link_words(link_command, request->argv);
	if (argv == NULL)
		return false;
	tool_start(&linker, argv, request->env);
	return tool_wait(&linker) == 0 && fstat(linker_said, &said) == 0 && said.st_size == 0;
}

/* Serves rustc's one wish to link, if it comes so far. False when linking has failed. */
static bool
serve_linking(void)
{
	char byte;
	ssize_t got;
	/* Its end, when rustc and all that it started have ended. */
	while ((got = recv(requests, &byte, 1, MSG_PEEK)) < 0 && errno == EINTR)
		;
	if (got <= 0)
		return true;
	struct message request = park_receive(requests);
	bool linked = link_program(&request);
	send(requests, linked ? "0" : "1", 1, MSG_NOSIGNAL);
	return linked;
}

int
main(int argc, char **argv)
{
	int socket = park_socket("HEARTH_PARK");
	if (argc != 2 || socket < 0)
		park_give_up("usage: HEARTH_PARK=SOCKET rust_park COMMANDS");
	fcntl(socket, F_SETFD, FD_CLOEXEC);
	FILE *file = fopen(argv[1], "re");
	if (file == NULL)
		park_give_up(argv[1]);
	commands_next(file); /* gcc's own */
	link_command = commands_next(file);
	park_tools();
	struct message program = park_wait(socket);
	close(socket);

	tool_start(&compiler, with_our_linker(&program), program.env);
	bool linked = serve_linking();
	int status = tool_wait(&compiler);
	if (!linked || !WIFEXITED(status)) {
		execve(program.argv[0], program.argv, program.env);
		park_give_up(program.argv[0]);
	}
	park_copy(compiler_out, STDOUT_FILENO);
	park_copy(compiler_err, STDERR_FILENO);
	return WEXITSTATUS(status);
}
