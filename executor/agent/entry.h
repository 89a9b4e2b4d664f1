/* One entry of a folder on its way to the executor: SAVED_ENTRY, and SAVED_MORE for the rest of a file. */
#ifndef ENTRY_H
#define ENTRY_H
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include "places.h"

/* What one entry counts at least, so that a million empty files are not nothing. */
enum { ENTRY_COST = 512 };

/* What is being sent, and how much of it there may still be. */
struct saving {
	enum place place;
	bool changed; /* of a file that the executor has, only that it is the same */
	uint64_t left;
	unsigned entries;
	size_t length; /* of the name */
	char name[PATH_MAX];
};

/* All return 0, or -1 with errno, and block while the executor has not taken what is queued. */
int entry_file(struct saving *saving, int fd, const struct stat *facts);
int entry_folder(struct saving *saving, const struct stat *facts);
int entry_link(struct saving *saving, int folder, const char *part, const struct stat *facts);

#endif
