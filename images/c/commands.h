/* The command lines that gcc would run, as build.sh has written them down: one word a line, an empty line
 * after each command, in the order of `struct commands`. */
#ifndef HEARTH_COMMANDS_H
#define HEARTH_COMMANDS_H

#include <stdio.h>

#define COMMANDS_SOURCE "{source}" /* the file as it was named */
#define COMMANDS_BASE "{base}"     /* its name without folders */
#define COMMANDS_SUFFIX "{suffix}"
#define COMMANDS_OBJECT "{object}"

struct commands {
	char **plain, **compiler, **assembler, **linker;
};

struct commands commands_read(const char *path);

/* The next command in a file of that format. */
char **commands_next(FILE *file);

/* A copy of a command with the words in braces replaced. */
char **commands_fill(char **command, char *source, char *object);

#endif
