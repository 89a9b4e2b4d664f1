#define _GNU_SOURCE
#include "park.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "HEARTH_PARK"
#define EXIT_BROKEN 70 /* EX_SOFTWARE: no program ran */

/* Where the kernel put argc, argv and envp; exported by the dynamic loader. */
extern void *__libc_stack_end;

void
park_give_up(const char *what)
{
    dprintf(STDERR_FILENO, "hearth: %s\n", what);
    _exit(EXIT_BROKEN);
}

int
park_socket(void)
{
    const char *text = getenv(VARIABLE);
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
    fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    return (int)fd;
}

static void
send_byte(int fd, unsigned char byte)
{
    while (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
        if (errno != EINTR)
            _exit(0);
}

void
park_ready(int fd)
{
    send_byte(fd, 0);
}

void
park_tell_status(int fd, int status)
{
    send_byte(fd, (unsigned char)status);
}

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

/* Reads `u32 count` and that many NUL-terminated strings; they stay where they are. */
static char **
take_strings(char **at, char *end, size_t *count)
{
    uint32_t announced;
    if ((size_t)(end - *at) < sizeof announced)
        park_give_up("the message is cut short");
    memcpy(&announced, *at, sizeof announced);
    *at += sizeof announced;
    if (announced > (size_t)(end - *at))
        park_give_up("the message counts more strings than it has bytes");

    char **strings = malloc((announced + 1) * sizeof *strings);
    if (strings == NULL)
        park_give_up("out of memory");
    for (uint32_t i = 0; i < announced; i++) {
        char *nul = memchr(*at, '\0', (size_t)(end - *at));
        if (nul == NULL)
            park_give_up("a string of the message has no end");
        strings[i] = *at;
        *at = nul + 1;
    }
    strings[announced] = NULL;
    *count = announced;
    return strings;
}

Program
park_receive(int fd)
{
    uint32_t size;
    receive(fd, &size, sizeof size);
    char *message = malloc((size_t)size + 1);
    if (message == NULL)
        park_give_up("out of memory");
    receive(fd, message, size);

    Program program;
    char *at = message, *end = message + size;
    program.argv = take_strings(&at, end, &program.argc);
    program.env = take_strings(&at, end, &program.envc);
    if (at != end)
        park_give_up("the message goes on after its end");
    if (program.argc == 0)
        park_give_up("the message has no words");
    return program;
}

/* Writes strings over others. The kernel shows both from memory that it laid out at exec, whose size is fixed:
 * what does not fit is left out, what remains is zeros. (PR_SET_MM needs privileges, and gVisor has none of it.) */
static void
overwrite(char **old, char **strings)
{
    if (*old == NULL)
        return;
    char *at = *old, *end = at;
    for (; *old != NULL; old++)
        end = *old + strlen(*old) + 1;
    for (; *strings != NULL; strings++) {
        size_t size = strlen(*strings) + 1;
        if (size > (size_t)(end - at))
            break;
        memmove(at, *strings, size); /* the first word may be over itself */
        at += size;
    }
    memset(at, 0, (size_t)(end - at));
}

static char **
first_argv(void)
{
    return (char **)__libc_stack_end + 1;
}

char **
park_words(const Program *program)
{
    char **words = malloc((program->argc + 2) * sizeof *words);
    if (words == NULL)
        park_give_up("out of memory");
    words[0] = first_argv()[0];
    memcpy(words + 1, program->argv, (program->argc + 1) * sizeof *words);
    return words;
}

void
park_rewrite_cmdline(char **words)
{
    overwrite(first_argv(), words);
}

void
park_rewrite_environ(const Program *program)
{
    size_t argc = *(size_t *)__libc_stack_end;
    overwrite(first_argv() + argc + 1, program->env);
}

void
park_start_afresh(const Program *program, char **env)
{
    execve((const char *)getauxval(AT_EXECFN), park_words(program), env);
    park_give_up(strerror(errno));
}
