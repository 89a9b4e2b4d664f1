/* The socket on which a runner is told its program: executor/agent/PROTOCOL.md, "Parked runners". */
#pragma once

#include <stddef.h>

#pragma GCC visibility push(hidden)
#ifdef __cplusplus
extern "C" {
#endif

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

/* The words that a process of this executable would have been started with: its name, and the program's. */
char **park_words(const Program *program);

/* Write over what /proc/self/cmdline and /proc/self/environ show. */
void park_rewrite_cmdline(char **words);
void park_rewrite_environ(const Program *program);

/* Replaces the process by a new one of the same executable, with the program's words and `env`. */
__attribute__((noreturn)) void park_start_afresh(const Program *program, char **env);

/* Ends the process: there is no program that it could be. */
__attribute__((noreturn)) void park_give_up(const char *what);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
