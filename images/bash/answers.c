/* Answers to what bash asks the kernel as it starts.
 *
 * A system call takes some 40 microseconds in a sandbox with one processor, and bash makes 60 before the
 * first line of its script: who it is, where it is, whether there is a terminal, which signals are handled.
 * All of that is as true while the process is parked as it is later, so it is asked for then. The
 * functions here stand in for libc's, and pass on whatever they cannot know. They know nothing any more
 * once bash opens a file: from there on, commands run.
 */
#define _GNU_SOURCE
#include "answers.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL "/dev/tty"

/* libc's own function of this name. */
#define REAL(name) ((__typeof__(name) *)real(#name))

static bool prepared, answering;

static void *
real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

/* ---- The process ------------------------------------------------------------------------ */

#define ANSWER(type, name)                                \
    static type known_##name;                             \
    type name(void)                                       \
    {                                                     \
        static type (*function)(void);                    \
        if (answering)                                    \
            return known_##name;                          \
        if (function == NULL)                             \
            function = REAL(name);                        \
        return function();                                \
    }

ANSWER(uid_t, getuid)
ANSWER(uid_t, geteuid)
ANSWER(gid_t, getgid)
ANSWER(gid_t, getegid)
ANSWER(pid_t, getpid)
ANSWER(pid_t, getppid)
ANSWER(pid_t, getpgrp)

static char host[HOST_NAME_MAX + 1], folder[PATH_MAX];

int
gethostname(char *name, size_t size)
{
    if (!answering || size < sizeof host)
        return REAL(gethostname)(name, size);
    strcpy(name, host);
    return 0;
}

/* bash has libc make the buffer, of the size that is needed. */
char *
getcwd(char *buffer, size_t size)
{
    return answering && buffer == NULL && size == 0 ? strdup(folder) : REAL(getcwd)(buffer, size);
}

/* The user, for as long as the process lives: /etc/passwd is part of the image. */
static struct passwd *user;

struct passwd *
getpwuid(uid_t uid)
{
    return user != NULL && user->pw_uid == uid ? user : REAL(getpwuid)(uid);
}

/* ---- The terminal, of which there is none ----------------------------------------------- */

static bool
no_terminal(int fd)
{
    if (!answering || fd > STDERR_FILENO)
        return false;
    errno = ENOTTY;
    return true;
}

int
isatty(int fd)
{
    return no_terminal(fd) ? 0 : REAL(isatty)(fd);
}

char *
ttyname(int fd)
{
    return no_terminal(fd) ? NULL : REAL(ttyname)(fd);
}

pid_t
tcgetpgrp(int fd)
{
    return no_terminal(fd) ? -1 : REAL(tcgetpgrp)(fd);
}

int
open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (__OPEN_NEEDS_MODE(flags)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    if (answering && strcmp(path, TERMINAL) == 0) {
        errno = ENOENT;
        return -1;
    }
    answering = false;
    return openat(AT_FDCWD, path, flags, mode);
}

/* ---- Signals ---------------------------------------------------------------------------- */

static bool by_default[NSIG];
static sigset_t blocked;

/* Sets the default again that is there already: half of bash's start. */
int
sigaction(int number, const struct sigaction *action, struct sigaction *before)
{
    static __typeof__(sigaction) *function;
    if (answering && number > 0 && number < NSIG && action != NULL) {
        if (by_default[number] && action->sa_handler == SIG_DFL) {
            if (before != NULL)
                *before = (struct sigaction){.sa_handler = SIG_DFL};
            return 0;
        }
        by_default[number] = false;
    }
    if (function == NULL)
        function = REAL(sigaction);
    return function(number, action, before);
}

int
sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
    static __typeof__(sigprocmask) *function;
    static bool changed;
    if (answering && !changed && set == NULL && before != NULL) {
        *before = blocked;
        return 0;
    }
    changed = changed || set != NULL;
    if (function == NULL)
        function = REAL(sigprocmask);
    return function(how, set, before);
}

/* ---- Asking ----------------------------------------------------------------------------- */

static bool
has_terminal(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (isatty(fd) || errno != ENOTTY)
            return true;
    return access(TERMINAL, F_OK) == 0 || errno != ENOENT;
}

void
answers_prepare(void)
{
    known_getuid = getuid();
    known_geteuid = geteuid();
    known_getgid = getgid();
    known_getegid = getegid();
    known_getpid = getpid();
    known_getppid = getppid();
    known_getpgrp = getpgrp();
    user = getpwuid(known_getuid);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        by_default[number] = sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
    }
    prepared = gethostname(host, sizeof host) == 0 && getcwd(folder, sizeof folder) != NULL
               && sigprocmask(SIG_BLOCK, NULL, &blocked) == 0 && !has_terminal();
}

void
answers_begin(void)
{
    answering = prepared;
}
