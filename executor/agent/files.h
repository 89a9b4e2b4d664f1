/* What the executor puts into the workspace and into /build, and takes away there. */
#ifndef FILES_H
#define FILES_H
#include <sys/types.h>
#include "frames.h"

/* Makes the entry, and the folders that it lies in; a file is left open for what follows. 0, or an errno. */
int file_make(const struct entry *entry);
int file_append(struct bytes content);
/* The file is complete: gives it its time. */
void file_close(void);
/* Takes a file or a link away, if there is one. 0, or an errno. */
int file_remove(uint8_t place, struct bytes name);

#endif
