/* 64 bits that tell one content from another, of content that comes in pieces of any size. */
#ifndef HASH_H
#define HASH_H
#include <stddef.h>
#include <stdint.h>

struct hash {
	uint64_t state, size;
	uint8_t rest[16]; /* what does not fill a block yet: size % 16 bytes */
};

void hash_begin(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t size);
uint64_t hash_end(const struct hash *hash);

#endif
