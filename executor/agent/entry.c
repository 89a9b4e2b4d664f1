/* Content is read straight into the queue to the executor, and also when it is only read to be compared: every
   file is, since a program can change one through a mapping and no time of the file says so. */
#include "entry.h"

#include <errno.h>
#include <unistd.h>

#include "channel.h"
#include "hash.h"
#include "known.h"

/* So often what is queued leaves, so that an EXIT before it does not wait for a whole folder. */
enum { ENTRIES_AT_ONCE = 64 };

static int spend(struct saving *s, uint64_t bytes)
{
	if (s->left < bytes) {
		errno = E2BIG;
		return -1;
	}
	s->left -= bytes;
	return 0;
}

static struct bytes name_of(const struct saving *s)
{
	return (struct bytes){(const uint8_t *)s->name, s->length};
}

/* Puts the fixed part and the name of an entry into a frame; where its content goes. */
static uint8_t *begin(struct saving *s, enum entry_kind kind, const struct stat *facts, size_t *room)
{
	struct entry entry = {
		.place = s->place,
		.kind = kind,
		.mode = facts->st_mode & 0777,
		.mtime_ns = (uint64_t)facts->st_mtim.tv_sec * 1000000000u + (uint64_t)facts->st_mtim.tv_nsec,
		.name = name_of(s),
	};
	if (++s->entries % ENTRIES_AT_ONCE == 0)
		channel_flush();
	channel_make_room();
	uint8_t *to = channel_room(FRAME_MAX);
	size_t head = entry_head(&entry, to);
	*room = FRAME_MAX - head;
	return to + head;
}

static void end(size_t room, size_t size)
{
	channel_send(SAVED_ENTRY, FRAME_MAX - room + size);
}

/* Reads a file; 0, or -1 with errno. A large one does not keep waiting what is queued. */
static int hash_file(int fd, uint64_t *result)
{
	struct hash hash;
	hash_begin(&hash);
	channel_make_room();
	for (;;) {
		uint8_t *to = channel_room(FRAME_MAX); /* never sent */
		ssize_t got = read(fd, to, FRAME_MAX);
		if (got < 0)
			return -1;
		hash_add(&hash, to, (size_t)got);
		if (got < FRAME_MAX)
			break;
		channel_flush();
	}
	*result = hash_end(&hash);
	return lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

static int send_whole(struct saving *s, int fd, const struct stat *facts, uint64_t key)
{
	struct hash hash;
	size_t room;
	uint8_t *to = begin(s, FILE_ENTRY, facts, &room);
	hash_begin(&hash);
	for (bool first = true;; first = false) {
		if (!first) {
			channel_make_room();
			to = channel_room(FRAME_MAX);
			room = FRAME_MAX;
		}
		ssize_t got = read(fd, to, room);
		if (got < 0 || spend(s, (uint64_t)got))
			return -1;
		if (key)
			hash_add(&hash, to, (size_t)got);
		if (first)
			end(room, (size_t)got);
		else if (got)
			channel_send(SAVED_MORE, (size_t)got);
		if ((size_t)got < room)
			break;
	}
	known_put(key, (struct content){hash.size, hash_end(&hash)});
	return 0;
}

int entry_file(struct saving *s, int fd, const struct stat *facts)
{
	uint64_t key = known_key(s->place, name_of(s)), size = (uint64_t)facts->st_size, hash;
	if (spend(s, ENTRY_COST))
		return -1;
	if (size > s->left) {
		errno = E2BIG;
		return -1;
	}
	const struct content *had = s->changed ? known_find(key) : NULL;
	if (!had || had->size != size)
		return send_whole(s, fd, facts, key);
	if (hash_file(fd, &hash))
		return -1;
	if (had->hash != hash)
		return send_whole(s, fd, facts, key);
	size_t room;
	begin(s, SAME_ENTRY, facts, &room);
	end(room, 0);
	known_put(key, (struct content){size, hash});
	return spend(s, size);
}

int entry_folder(struct saving *s, const struct stat *facts)
{
	size_t room;
	if (spend(s, ENTRY_COST))
		return -1;
	begin(s, FOLDER_ENTRY, facts, &room);
	end(room, 0);
	return 0;
}

int entry_link(struct saving *s, int folder, const char *part, const struct stat *facts)
{
	size_t room;
	if (spend(s, ENTRY_COST))
		return -1;
	uint8_t *to = begin(s, LINK_ENTRY, facts, &room);
	ssize_t size = readlinkat(folder, part, (char *)to, room);
	if (size < 0)
		return -1;
	end(room, (size_t)size);
	return 0;
}
