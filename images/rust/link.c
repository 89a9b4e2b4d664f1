#define _GNU_SOURCE
#include "link.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "park.h"

static char **words;
static size_t count, room;

static void
put(char *word)
{
	if (count + 1 >= room) {
		room = 2 * room + 64;
		words = realloc(words, room * sizeof *words);
		if (words == NULL)
			park_give_up("arguments");
	}
	words[count++] = word;
	words[count] = NULL;
}

static bool
begins(const char *word, const char *prefix)
{
	return strncmp(word, prefix, strlen(prefix)) == 0;
}

/* `command` was made for these already: they say nothing new. */
static bool
is_implied(const char *word)
{
	static const char *const implied[] = {"-m64", "-nodefaultlibs", "-pie"};
	for (size_t i = 0; i < sizeof implied / sizeof *implied; i++)
		if (strcmp(word, implied[i]) == 0)
			return true;
	return false;
}

static bool
translate(char *word)
{
	if (is_implied(word))
		return true;
	if (begins(word, "-Wl,")) {
		for (char *part = strtok(word + strlen("-Wl,"), ","); part != NULL; part = strtok(NULL, ","))
			put(part);
		return true;
	}
	if (word[0] != '-' ? word[0] != '@' : begins(word, "-l") || begins(word, "-L")) {
		put(word);
		return true;
	}
	return false;
}

char **
link_words(char *const *command, char *const *arguments)
{
	bool output = false;
	for (; *command != NULL; command++) {
		if (strcmp(*command, COMMANDS_SOURCE) != 0) {
			put(*command);
			continue;
		}
		for (char *const *argument = arguments + 1; *argument != NULL; argument++)
			if (strcmp(*argument, "-o") == 0 && argument[1] != NULL) {
				put(*argument++);
				put(*argument);
				output = true;
			} else if (strcmp(*argument, "-L") == 0 && argument[1] != NULL) {
				put(*argument++);
				put(*argument);
			} else if (!translate(*argument)) {
				return NULL;
			}
	}
	return output ? words : NULL;
}
