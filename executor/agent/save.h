/* Sending a whole folder to the executor, as the frames that would make it again. */
#ifndef SAVE_H
#define SAVE_H
#include <stdint.h>
#include "places.h"

/* Ends with SAVED; blocks while the executor has not taken what is queued. */
void save(enum place place, uint64_t max_bytes);

#endif
