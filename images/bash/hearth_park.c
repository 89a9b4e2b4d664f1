/* A bash that has been loaded and waits for its program.
 *
 * `bash main.sh` with this library preloaded gets as far as main(): the loader has mapped and bound
 * everything, which is the greater part of what starting bash costs in a sandbox. Here, in front of
 * bash's own main(), the process blocks until it is told what it is (executor/agent/PROTOCOL.md,
 * "Parked runners"), and calls main() with those arguments and that environment. So bash itself
 * starts afresh with its program: nothing that it reads from its environment, counts from its start
 * or tells about itself can come from before.
 *
 * What is done while nobody waits leaves nothing behind that bash could see: files that every start
 * reads are read, so that libc has them, and what bash asks the kernel at every start is asked
 * (answers.c).
 */
#define _GNU_SOURCE
#include "answers.h"
#include "exported.h"
#include "park.h"

#include <dlfcn.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int Main(int argc, char **argv, char **env);
typedef int StartMain(Main *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

static Main *real_main;

/* ---- What the loader and libc have acted on already ------------------------------------- */

static bool
was_read_before_main(const char *variable)
{
    static const char *const prefixes[] = {"LD_", "GLIBC_", "MALLOC_", "LOCPATH=", "NLSPATH="};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(prefixes[i], variable, strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static bool
needs_fresh_start(char **env)
{
    for (; *env != NULL; env++)
        if (was_read_before_main(*env))
            return true;
    return false;
}

/* ---- Warming ---------------------------------------------------------------------------- */

/* Opening a file takes long in a sandbox, and every start opens those of its locale: they stay in memory,
 * where setlocale() will find them. (Touching the pages of bash and libc too would win half a
 * millisecond here, and lose several at every fork, which copies what is mapped.) */
static void
warm(void)
{
    newlocale(LC_ALL_MASK, "", (locale_t)0);
    answers_prepare();
}

/* ---- Parking ---------------------------------------------------------------------------- */

static int
park(int argc, char **argv, char **env)
{
    int fd = park_socket();
    if (fd < 0)
        return real_main(argc, argv, env);

    warm();
    park_ready(fd);
    Program program = park_receive(fd);
    close(fd);
    if (needs_fresh_start(program.env))
        park_start_afresh(&program, program.env);
    environ = program.env;
    char **words = park_words(&program);
    park_rewrite_cmdline(words);
    park_rewrite_environ(&program);
    exported_watch(program.env);
    if (program.argv[0][0] != '-') /* else it is an option, and bash may never open a script */
        answers_begin();
    return real_main((int)program.argc + 1, words, program.env);
}

/* Stands in for libc's function of that name, which every executable calls first. */
int
__libc_start_main(Main *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                  void (*rtld_fini)(void), void *stack_end)
{
    StartMain *start = (StartMain *)dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return start(park, argc, argv, init, fini, rtld_fini, stack_end);
}
