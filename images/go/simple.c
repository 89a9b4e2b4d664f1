#define _GNU_SOURCE
#include "simple.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names with an underscore may be tests, or for another system; a leading dot hides a file. */
static bool
has_plain_name(const char *name)
{
	size_t size = strlen(name);
	return name[0] != '.' && name[0] != '-' && strpbrk(name, "/_") == NULL && size > 3 &&
	       strcmp(name + size - 3, ".go") == 0;
}

static bool
holds(const char *text, size_t size, const char *word)
{
	return memmem(text, size, word, strlen(word)) != NULL;
}

static bool
has_plain_content(const char *name)
{
	static const char *const words[] = {
		"//go:build", "// +build", "//+build", "//go:embed", "//go:debug", "//go:cgo", "\"C\"", "`C`"};
	struct stat facts;
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool plain = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0;
	size_t size = plain ? (size_t)facts.st_size : 0;
	char *text = plain ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	close(fd);
	if (text == MAP_FAILED)
		return false;
	for (size_t i = 0; plain && i < sizeof words / sizeof *words; i++)
		plain = !holds(text, size, words[i]);
	munmap(text, size);
	return plain;
}

bool
is_simple(char *const *sources)
{
	if (sources[0] == NULL || access("go.mod", F_OK) == 0)
		return false;
	for (; *sources != NULL; sources++)
		if (!has_plain_name(*sources) || !has_plain_content(*sources))
			return false;
	return true;
}
