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

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "HEARTH_PARK"
#define EXIT_BROKEN 70 /* EX_SOFTWARE: no program ran */

typedef int Main(int argc, char **argv, char **env);
typedef int StartMain(Main *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

typedef struct {
    char **argv; /* with a place before the first for bash's own name */
    char **env;
    size_t argc;
} Program;

static Main *real_main;

static noreturn void
give_up(const char *what)
{
    dprintf(STDERR_FILENO, "hearth_park: %s\n", what);
    _exit(EXIT_BROKEN);
}

/* ---- The message ------------------------------------------------------------------------ */

static void
receive(int fd, void *buffer, size_t size)
{
    char *at = buffer;
    while (size > 0) {
        ssize_t got = read(fd, at, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            _exit(0); /* nobody needs this runner any more */
        at += got;
        size -= (size_t)got;
    }
}

/* Reads `u32 count` and that many NUL-terminated strings; they stay where they are. The array has
 * room for one more at its beginning. */
static char **
take_strings(char **at, char *end, size_t *count)
{
    uint32_t announced;
    if ((size_t)(end - *at) < sizeof announced)
        give_up("the message is cut short");
    memcpy(&announced, *at, sizeof announced);
    *at += sizeof announced;
    if (announced > (size_t)(end - *at))
        give_up("the message counts more strings than it has bytes");

    char **strings = malloc((announced + 2) * sizeof *strings);
    if (strings == NULL)
        give_up("out of memory");
    for (uint32_t i = 0; i < announced; i++) {
        char *nul = memchr(*at, '\0', (size_t)(end - *at));
        if (nul == NULL)
            give_up("a string of the message has no end");
        strings[i + 1] = *at;
        *at = nul + 1;
    }
    strings[announced + 1] = NULL;
    *count = announced;
    return strings;
}

/* What is returned lives as long as the process. */
static Program
wait_for_program(int fd)
{
    while (send(fd, "", 1, MSG_NOSIGNAL) != 1)
        if (errno != EINTR)
            _exit(0);

    uint32_t size;
    receive(fd, &size, sizeof size);
    char *message = malloc((size_t)size + 1);
    if (message == NULL)
        give_up("out of memory");
    receive(fd, message, size);
    close(fd);

    Program program;
    size_t envc;
    char *at = message, *end = message + size;
    program.argv = take_strings(&at, end, &program.argc);
    program.env = take_strings(&at, end, &envc) + 1;
    if (at != end)
        give_up("the message goes on after its end");
    if (program.argc == 0)
        give_up("a program without a name");
    return program;
}

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

/* ---- What the kernel shows of the process ----------------------------------------------- */

/* Writes strings into memory of a fixed size. What does not fit is left out, what remains is zeros. */
static void
overwrite(char *at, char *end, char **strings)
{
    for (; *strings != NULL; strings++) {
        size_t size = strlen(*strings) + 1;
        if (size > (size_t)(end - at))
            break;
        memcpy(at, *strings, size);
        at += size;
    }
    memset(at, 0, (size_t)(end - at));
}

static char *
end_of(char **strings)
{
    char *end = NULL;
    for (; *strings != NULL; strings++)
        end = *strings + strlen(*strings) + 1;
    return end;
}

/* /proc/self/cmdline and /proc/self/environ are read from the memory that the kernel laid out at
 * exec. They cannot grow (PR_SET_MM needs privileges, and gVisor has none of it). */
static void
rewrite_proc(char **argv, char **env, const Program *program)
{
    if (argv[1] != NULL)
        overwrite(argv[1], end_of(argv), program->argv + 1);
    if (env[0] != NULL)
        overwrite(env[0], end_of(env), program->env);
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
parse_socket(const char *text)
{
    char *end;
    struct stat status;
    if (text == NULL || *text < '0' || *text > '9')
        return -1;
    errno = 0;
    long fd = strtol(text, &end, 10);
    if (*end != '\0' || errno != 0 || fd > INT_MAX)
        return -1;
    if (fstat((int)fd, &status) != 0 || !S_ISSOCK(status.st_mode))
        return -1;
    return (int)fd;
}

static int
park(int argc, char **argv, char **env)
{
    int fd = parse_socket(getenv(VARIABLE));
    if (fd < 0)
        return real_main(argc, argv, env);

    warm();
    Program program = wait_for_program(fd);
    program.argv[0] = argv[0];
    if (needs_fresh_start(program.env)) {
        execve((const char *)getauxval(AT_EXECFN), program.argv, program.env);
        give_up(strerror(errno));
    }
    environ = program.env;
    rewrite_proc(argv, env, &program);
    if (program.argv[1][0] != '-') /* else it is an option, and bash may never open a script */
        answers_begin();
    return real_main((int)program.argc + 1, program.argv, program.env);
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
