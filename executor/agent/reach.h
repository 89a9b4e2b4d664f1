/* From a name to the folder that it lies in. */
#ifndef REACH_H
#define REACH_H
#include <stdbool.h>
#include "frames.h"

enum { NAME_LIMIT = 4096, PART_LIMIT = 255 };

/* The folder that the last part of a name lies in, and that part; with `make` folders that are missing are made.
   -1 with errno, EINVAL for a name that is no plain path. */
int reach(uint8_t place, struct bytes name, bool make, char part[PART_LIMIT + 1]);
/* One step: a folder below `parent`, which is left. */
int enter(int parent, const char *part, bool make);
/* Closes a folder, unless it is the place itself, and touches no errno. */
void leave(int folder);

#endif
