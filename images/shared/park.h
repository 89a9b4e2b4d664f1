/* The socket on which a runner is told its program: executor/agent/PROTOCOL.md, "Parked runners". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char **argv;
    char **env;
    size_t argc;
    size_t envc;
} Program;

/* The socket that HEARTH_PARK names, or -1. It is closed by an exec. */
int park_socket(void);

/* Says that the runner is ready. */
void park_ready(int fd);

/* The next message; what it returns lives as long as the process. Ends the process when nobody needs it
 * any more. */
Program park_receive(int fd);

/* Tells how a stage before the run ended. */
void park_tell_status(int fd, int status);

/* Writes the program's environment over the one that /proc/self/environ shows. */
void park_rewrite_environ(const Program *program);

_Noreturn void park_give_up(const char *what);
