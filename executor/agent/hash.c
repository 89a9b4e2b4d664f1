/* Blocks of 16 bytes, each folded into the state by one wide multiplication: several GB/s, which is what a
   hash of a whole workspace after each request needs. Not cryptographic, and need not be: it compares a
   tenant's file with that tenant's own earlier one, so who makes collisions gets the earlier one back. */
#include "hash.h"

#include <string.h>

enum { BLOCK = 16 };

static const uint64_t FIRST = 0x9e3779b97f4a7c15, SECOND = 0xd1b54a32d192ed03; /* any odd ones without a pattern */

static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t take_block(uint64_t state, const uint8_t *at)
{
	uint64_t half[2];
	memcpy(half, at, BLOCK);
	return mix(half[0] ^ FIRST, half[1] ^ state);
}

void hash_begin(struct hash *hash)
{
	*hash = (struct hash){.state = SECOND};
}

void hash_add(struct hash *hash, const void *data, size_t size)
{
	const uint8_t *at = data;
	size_t held = hash->size % BLOCK;
	hash->size += size;
	if (held) {
		size_t part = size < BLOCK - held ? size : BLOCK - held;
		memcpy(hash->rest + held, at, part);
		if (held + part < BLOCK)
			return;
		hash->state = take_block(hash->state, hash->rest);
		at += part;
		size -= part;
	}
	uint64_t state = hash->state;
	for (; size >= BLOCK; at += BLOCK, size -= BLOCK)
		state = take_block(state, at);
	hash->state = state;
	memcpy(hash->rest, at, size);
}

uint64_t hash_end(const struct hash *hash)
{
	uint8_t last[BLOCK] = {0};
	memcpy(last, hash->rest, hash->size % BLOCK);
	return mix(take_block(hash->state, last) ^ FIRST, hash->size ^ SECOND); /* the size tells padding from zeros */
}
