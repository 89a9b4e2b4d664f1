/* A GCC whose compiler, assembler and linker have started and wait for a program.
 *
 * It is told the plain command, and does what that would do. For one source file, which is nearly every
 * program, it does so with the tools that wait: the compiler's output goes to the assembler by a pipe, and
 * gold links the object file. For everything else, and whenever a step does something unexpected, this
 * process becomes the plain command, and what the tools have said is thrown away.
 *
 * What gcc would call comes from gcc itself: build.sh writes down what `gcc -###` says (commands.h has the
 * format).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "park.h"

static struct commands commands;
static struct tool compiler, assembler, linker;
static int diagnostics, linker_said;
static char object[] = "/tmp/ccXXXXXX.o";

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
	if (null < 0 || pipe2(ends, O_CLOEXEC))
		park_give_up("a pipe");
	diagnostics = scratch("diagnostics");
	linker_said = scratch("linker");
	compiler = tool_park(commands.compiler[0], null, ends[1], diagnostics, -1);
	assembler = tool_park(commands.assembler[0], ends[0], null, diagnostics, -1);
	linker = tool_park(commands.linker[0], null, linker_said, linker_said, -1);
	close(ends[0]);
	close(ends[1]);
	close(null);
}

static noreturn void
become_plain(const struct message *program)
{
	unlink(object);
	execve(program->argv[0], program->argv, program->env);
	park_give_up(program->argv[0]);
}

/* The source file, when the command is the one that was prepared for and has exactly one. */
static char *
only_source(const struct message *program)
{
	char *source = NULL;
	size_t i = 0;
	for (; i < program->argc && commands.plain[i] != NULL; i++)
		if (strcmp(commands.plain[i], COMMANDS_SOURCE) == 0)
			source = program->argv[i];
		else if (strcmp(commands.plain[i], program->argv[i]) != 0)
			return NULL;
	return i == program->argc && commands.plain[i] == NULL && source[0] != '@' ? source : NULL;
}

static bool
succeeded(const struct tool *tool)
{
	return tool_wait(tool) == 0;
}

/* Compiles to `object`. Exits when that fails in the way that a program's own faults make it fail. */
static void
compile(const struct message *program, char *source)
{
	int made = mkostemps(object, 2, O_CLOEXEC);
	if (made < 0)
		become_plain(program);
	close(made);
	tool_start(&compiler, commands_fill(commands.compiler, source, object), program->env);
	tool_start(&assembler, commands_fill(commands.assembler, source, object), program->env);
	int compiled = tool_wait(&compiler), assembled = tool_wait(&assembler);
	bool expected = WIFEXITED(compiled) && WEXITSTATUS(compiled) <= 1 && WIFEXITED(assembled) &&
	                WEXITSTATUS(assembled) <= 1;
	if (!expected)
		become_plain(program);
	park_copy(diagnostics, STDERR_FILENO);
	if (compiled != 0 || assembled != 0) {
		unlink(object);
		exit(1);
	}
}

/* What gold does not do without a word is left to the plain linker, whose messages people know. */
static void
link_program(const struct message *program, char *source)
{
	struct stat said;
	tool_start(&linker, commands_fill(commands.linker, source, object), program->env);
	if (succeeded(&linker) && fstat(linker_said, &said) == 0 && said.st_size == 0)
		return;
	execve(program->argv[0], commands_fill(commands.plain, object, object), program->env);
	park_give_up(program->argv[0]);
}

int
main(int argc, char **argv)
{
	int socket = park_socket("HEARTH_PARK");
	if (argc != 2 || socket < 0)
		park_give_up("usage: HEARTH_PARK=SOCKET gcc_park COMMANDS");
	fcntl(socket, F_SETFD, FD_CLOEXEC);
	commands = commands_read(argv[1]);
	park_tools();
	struct message program = park_wait(socket);
	close(socket);
	char *source = only_source(&program);
	if (source == NULL)
		become_plain(&program);
	compile(&program, source);
	link_program(&program, source);
	unlink(object);
	return 0;
}
