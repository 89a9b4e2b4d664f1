/* Depth first, what lies in a folder before the folder: so its time is set when nothing changes it any more.
   Only files, folders and links are kept; a FIFO, a socket or a device is not. No link is followed: each
   entry is opened by its own name from the folder that was opened before. */
#include "save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"

/* What one entry counts at least, so that a million empty files are not nothing. */
enum { ENTRY_COST = 512 };

static struct {
	enum place place;
	uint64_t left;
	size_t length; /* of the name */
	char name[PATH_MAX];
} walk;

static int save_folder(int folder, int depth);

/* Puts the fixed part and the name of an entry into a frame; where its content goes, or NULL with errno. */
static uint8_t *begin_entry(enum entry_kind kind, const struct stat *facts, size_t *room)
{
	if (walk.left < ENTRY_COST) {
		errno = E2BIG;
		return NULL;
	}
	walk.left -= ENTRY_COST;
	struct entry entry = {
		.place = walk.place,
		.kind = kind,
		.mode = facts->st_mode & 0777,
		.mtime_ns = (uint64_t)facts->st_mtim.tv_sec * 1000000000u + (uint64_t)facts->st_mtim.tv_nsec,
		.name = {(const uint8_t *)walk.name, walk.length},
	};
	channel_make_room();
	uint8_t *to = channel_room(FRAME_MAX);
	size_t head = entry_head(&entry, to);
	*room = FRAME_MAX - head;
	return to + head;
}

static void end_entry(size_t room, size_t size)
{
	channel_send(SAVED_ENTRY, FRAME_MAX - room + size);
}

static int save_file(int fd, const struct stat *facts)
{
	size_t room;
	uint8_t *to = begin_entry(FILE_ENTRY, facts, &room);
	if (!to)
		return -1;
	for (bool first = true;; first = false) {
		if (!first) {
			channel_make_room();
			to = channel_room(FRAME_MAX);
			room = FRAME_MAX;
		}
		ssize_t got = read(fd, to, room);
		if (got < 0)
			return -1;
		if ((uint64_t)got > walk.left) {
			errno = E2BIG;
			return -1;
		}
		walk.left -= (uint64_t)got;
		if (first)
			end_entry(room, (size_t)got);
		else if (got)
			channel_send(SAVED_MORE, (size_t)got);
		if ((size_t)got < room)
			return 0;
	}
}

static int save_link(int folder, const char *part, const struct stat *facts)
{
	size_t room;
	uint8_t *to = begin_entry(LINK_ENTRY, facts, &room);
	ssize_t size = to ? readlinkat(folder, part, (char *)to, room) : -1;
	if (size >= 0)
		end_entry(room, (size_t)size);
	return size < 0 ? -1 : 0;
}

/* Opened without O_DIRECTORY, with which gVisor 20240729 follows a link in spite of O_NOFOLLOW. */
static int save_opened(int folder, const char *part, int depth)
{
	struct stat facts;
	size_t room;
	int fd = openat(folder, part, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &facts)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	int failed = 0;
	if (S_ISREG(facts.st_mode))
		failed = save_file(fd, &facts);
	else if (S_ISDIR(facts.st_mode)) {
		failed = save_folder(fd, depth + 1); /* which closes it */
		if (!failed && begin_entry(FOLDER_ENTRY, &facts, &room))
			end_entry(room, 0);
		else
			failed = -1;
		return failed;
	}
	close(fd);
	return failed;
}

static int save_part(int folder, const char *part, int depth)
{
	struct stat facts;
	size_t size = strlen(part), before = walk.length;
	if (before + 1 + size >= sizeof walk.name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (before)
		walk.name[walk.length++] = '/';
	memcpy(walk.name + walk.length, part, size);
	walk.length += size;
	int failed = fstatat(folder, part, &facts, AT_SYMLINK_NOFOLLOW);
	if (!failed && S_ISLNK(facts.st_mode))
		failed = save_link(folder, part, &facts);
	else if (!failed && (S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode)))
		failed = save_opened(folder, part, depth);
	walk.length = before;
	return failed;
}

static int save_folder(int folder, int depth)
{
	DIR *entries = depth > DEPTH_LIMIT ? NULL : fdopendir(folder);
	if (!entries) {
		errno = depth > DEPTH_LIMIT ? ELOOP : errno;
		close(folder);
		return -1;
	}
	int failed = 0;
	struct dirent *one;
	while (!failed && (errno = 0, one = readdir(entries)))
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
			failed = save_part(dirfd(entries), one->d_name, depth);
	int number = errno;
	closedir(entries);
	errno = number;
	return failed || number ? -1 : 0;
}

void save(enum place place, uint64_t max_bytes)
{
	walk.place = place;
	walk.left = max_bytes;
	walk.length = 0;
	int root = place_root(place);
	int folder = root < 0 ? -1 : openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = folder < 0 || save_folder(folder, 0);
	uint16_t number = (uint16_t)(failed ? (errno ? errno : EIO) : 0);
	channel_make_room();
	channel_put(SAVED, &number, sizeof number);
}
