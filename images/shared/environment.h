/* How a program leaves its environment: executor/agent/PROTOCOL.md, "Parked runners". */
#pragma once

#pragma GCC visibility push(hidden)
#ifdef __cplusplus
extern "C" {
#endif

/* Has this process, and no child of it, write its environment down as it exits, if that is another than `given`
 * by then. `now` returns what it is then, or NULL to have nothing written; without one it is `environ`. */
void environment_watch(char *const *given, char **(*now)(void));

/* The same at once, for a process that ends without exit(). */
void environment_record(void);

/* `env` with what has the program of an execve() watched too, by environment_library.c. No trace of that is left
 * when its main() begins. */
char **environment_for_exec(char **env);

#ifndef ENVIRONMENT_LIBRARY
#define ENVIRONMENT_LIBRARY "/usr/lib/hearth/environment.so"
#endif
#define ENVIRONMENT_PRELOAD "LD_PRELOAD=" ENVIRONMENT_LIBRARY

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
