/* A table of hashes with open addressing, at most half full. A name is remembered by its own hash: what two names
   share by chance, once in 10^9 workspaces of 100000 files, is only which of them is compared. Nothing here can
   fail: without memory for the table it is forgotten, and all is sent again. */
#include "known.h"

#include <stdlib.h>

#include "hash.h"
#include "places.h"

enum { SLOTS_MIN = 64 };

struct slot {
	uint64_t key; /* 0: free */
	uint64_t save; /* which SAVE was the last when it was put */
	struct content content;
};

static struct {
	struct slot *slots;
	size_t room, count, seen; /* room is a power of two, or 0; seen: put since the last SAVE began */
	uint64_t save;
} table;

uint64_t known_key(uint8_t place, struct bytes name)
{
	struct hash hash;
	if (place != WORKSPACE)
		return 0;
	hash_begin(&hash);
	hash_add(&hash, name.at, name.size);
	uint64_t key = hash_end(&hash);
	return key ? key : 1;
}

/* Where a key is, or would be. */
static struct slot *look(uint64_t key)
{
	size_t at = key & (table.room - 1);
	while (table.slots[at].key && table.slots[at].key != key)
		at = (at + 1) & (table.room - 1);
	return &table.slots[at];
}

/* Moves to a table with room for `count`, and leaves behind what was put before save number `since`. */
static void move(size_t count, uint64_t since)
{
	struct slot *old = table.slots, *end = old + table.room;
	size_t room = SLOTS_MIN;
	while (room < 2 * count)
		room *= 2;
	struct slot *slots = calloc(room, sizeof *slots);
	if (!slots) {
		known_clear();
		return;
	}
	table.slots = slots;
	table.room = room;
	table.count = 0;
	for (struct slot *slot = old; slot < end; slot++)
		if (slot->key && slot->save >= since) {
			*look(slot->key) = *slot;
			table.count++;
		}
	free(old);
}

void known_put(uint64_t key, struct content content)
{
	if (!key)
		return;
	if (2 * (table.count + 1) > table.room)
		move(2 * (table.count + 1), 0);
	if (!table.room)
		return;
	struct slot *slot = look(key);
	table.count += !slot->key;
	table.seen += !slot->key || slot->save != table.save;
	*slot = (struct slot){key, table.save, content};
}

void known_drop(uint64_t key)
{
	struct slot *slot = key && table.room ? look(key) : NULL;
	if (slot && slot->key)
		slot->content.size = UINT64_MAX; /* which no file has; the next SAVE sweeps it out */
}

const struct content *known_find(uint64_t key)
{
	struct slot *slot = key && table.room ? look(key) : NULL;
	return slot && slot->key ? &slot->content : NULL;
}

void known_begin(void)
{
	table.save++;
	table.seen = 0;
}

void known_end(bool whole)
{
	if (!whole)
		known_clear();
	else if (table.seen < table.count)
		move(table.seen, table.save);
}

void known_clear(void)
{
	free(table.slots);
	table.slots = NULL;
	table.room = table.count = table.seen = 0;
}
