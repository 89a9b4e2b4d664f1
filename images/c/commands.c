#define _GNU_SOURCE
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "park.h"

static void *
or_give_up(void *memory)
{
	if (memory == NULL)
		park_give_up("commands");
	return memory;
}

char **
commands_next(FILE *file)
{
	char **words = NULL, *line = NULL;
	size_t count = 0, room = 0;
	ssize_t size;
	while ((size = getline(&line, &room, file)) > 1) {
		line[size - 1] = '\0';
		words = or_give_up(realloc(words, (count + 2) * sizeof *words));
		words[count++] = or_give_up(strdup(line));
	}
	free(line);
	errno = EINVAL;
	or_give_up(words);
	words[count] = NULL;
	return words;
}

struct commands
commands_read(const char *path)
{
	FILE *file = or_give_up(fopen(path, "re"));
	struct commands found;
	found.plain = commands_next(file);
	found.compiler = commands_next(file);
	found.assembler = commands_next(file);
	found.linker = commands_next(file);
	fclose(file);
	return found;
}

char **
commands_fill(char **command, char *source, char *object)
{
	size_t count = 0;
	while (command[count] != NULL)
		count++;
	char **filled = or_give_up(malloc((count + 1) * sizeof *filled));
	char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source, *dot = strrchr(base, '.');
	for (size_t i = 0; i < count; i++)
		if (strcmp(command[i], COMMANDS_SOURCE) == 0)
			filled[i] = source;
		else if (strcmp(command[i], COMMANDS_BASE) == 0)
			filled[i] = base;
		else if (strcmp(command[i], COMMANDS_SUFFIX) == 0)
			filled[i] = dot ? dot : "";
		else if (strcmp(command[i], COMMANDS_OBJECT) == 0)
			filled[i] = object;
		else
			filled[i] = command[i];
	filled[count] = NULL;
	return filled;
}
