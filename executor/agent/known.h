/* Which files of the workspace the executor has, so that SAVE need not send them again. */
#ifndef KNOWN_H
#define KNOWN_H
#include <stdbool.h>
#include "frames.h"

struct content {
	uint64_t size, hash;
};

/* What a name is remembered by; 0 for a place of which nothing is remembered. */
uint64_t known_key(uint8_t place, struct bytes name);

/* The executor has this under that name; it has not, or nobody knows. */
void known_put(uint64_t key, struct content content);
void known_drop(uint64_t key);
/* NULL when nothing is known. Good until the next known_put. */
const struct content *known_find(uint64_t key);

/* A SAVE of the workspace begins. When it has ended and was whole, what was not put since is gone from there and
   forgotten; else who knows what the executor made of it: all is forgotten. */
void known_begin(void);
void known_end(bool whole);
void known_clear(void);

#endif
