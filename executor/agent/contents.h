/* When the executor may put something into places, take it away and ask for it: FILE, REMOVE, SAVE. */
#ifndef CONTENTS_H
#define CONTENTS_H
#include <stdbool.h>
#include "frames.h"

void contents_file(const struct frame *frame, bool more);
void contents_remove(const struct frame *frame);
void contents_save(const struct frame *frame);
/* No more of a file comes. */
void contents_close(void);

#endif
