/* What the parked compilers of several languages share: taking a program from the agent
 * (executor/agent/PROTOCOL.md, "Parked runners"), and tools that were started before it came. */
#ifndef HEARTH_PARK_H
#define HEARTH_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdnoreturn.h>
#include <sys/types.h>

#define PARK_TOOL_LIBRARY "/usr/lib/hearth/hearth_tool.so"
#define PARK_TOOL_VARIABLE "HEARTH_TOOL"

enum {
	PARK_TOOL_FD = 3,
	PARK_BROKEN = 70, /* EX_SOFTWARE: an exit status that no compiler has */
};

struct message {
	char **argv, **env; /* each ends with NULL */
	size_t argc, envc;
};

/* A process that has loaded everything and waits for its arguments. */
struct tool {
	pid_t pid;
	int socket;
};

noreturn void park_give_up(const char *what);

/* The socket that a variable names; -1 when there is none. */
int park_socket(const char *variable);

/* Says on the socket that all is ready, then waits for a message. */
struct message park_wait(int socket);

/* Waits for a message, and exits when there will be none. It lives as long as the process. */
struct message park_receive(int socket);

/* Hands a message on. */
void park_send(int socket, char *const *argv, char *const *env);

/* Starts a dynamically linked executable up to its main(). Its streams are the given descriptors; `keep`, if
 * not negative, is one more that it inherits under its own number. Returns when it waits. */
struct tool tool_park(const char *path, int in, int out, int err, int keep);

/* Lets it go on, under the limits that this process has by now. */
void tool_start(const struct tool *tool, char *const *argv, char *const *env);

/* Its status as waitpid() has it, once it has ended. */
int tool_wait(const struct tool *tool);

/* Copies what a file holds to a descriptor. */
void park_copy(int from, int to);

#endif
