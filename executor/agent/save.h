/* Sending a whole folder to the executor, as the frames that would make it again. */
#ifndef SAVE_H
#define SAVE_H
#include <stdbool.h>
#include "frames.h"

/* Ends with SAVED; blocks while the executor has not taken what is queued. */
void save(const struct save *order);

/* Keeps a SAVE for the end of the stage that runs; whether one is kept; carries it out, if so. */
void save_later(const struct save *order);
bool save_waits(void);
void save_waiting(void);

#endif
