/* Depth first, what lies in a folder before the folder: so its time is set when nothing changes it any more.
   Only files, folders and links are kept; a FIFO, a socket or a device is not. No link is followed: each
   entry is opened by its own name from the folder that was opened before. */
#include "save.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "entry.h"
#include "known.h"

enum { ENVIRONMENT_LIMIT = 64 * 1024 };

static struct saving walk;
static struct save waiting;
static bool waits;

static int save_folder(int folder, int depth);

/* Opened without O_DIRECTORY, with which gVisor 20240729 follows a link in spite of O_NOFOLLOW. */
static int save_opened(int folder, const char *part, int depth)
{
	struct stat facts;
	int fd = openat(folder, part, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int failed = fstat(fd, &facts);
	if (!failed && S_ISDIR(facts.st_mode))
		return save_folder(fd, depth + 1) || entry_folder(&walk, &facts) ? -1 : 0; /* which closes it */
	if (!failed && S_ISREG(facts.st_mode))
		failed = entry_file(&walk, fd, &facts);
	close(fd);
	return failed;
}

static int save_link(int folder, const char *part)
{
	struct stat facts;
	return fstatat(folder, part, &facts, AT_SYMLINK_NOFOLLOW) || entry_link(&walk, folder, part, &facts) ? -1 : 0;
}

static int save_part(int folder, const struct dirent *one, int depth)
{
	const char *part = one->d_name;
	size_t size = strlen(part), before = walk.length;
	if (before + 1 + size >= sizeof walk.name) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (before)
		walk.name[walk.length++] = '/';
	memcpy(walk.name + walk.length, part, size);
	walk.length += size;
	int failed = 0; /* both places are a tmpfs, which says of each entry what it is */
	if (one->d_type == DT_LNK)
		failed = save_link(folder, part);
	else if (one->d_type == DT_REG || one->d_type == DT_DIR)
		failed = save_opened(folder, part, depth);
	walk.length = before;
	if (failed && errno == ENOENT)
		failed = 0; /* the last of a cell that was killed have taken it away just now */
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
			failed = save_part(dirfd(entries), one, depth);
	int number = errno;
	closedir(entries);
	errno = number;
	return failed || number ? -1 : 0;
}

static int save_place(const struct save *order)
{
	walk.place = order->place;
	walk.changed = order->what & SAVE_CHANGED;
	walk.left = order->max_bytes;
	walk.length = 0;
	int root = place_root(order->place);
	int folder = root < 0 ? -1 : openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder < 0 ? -1 : save_folder(folder, 0);
}

/* What a program has put in the place of the file is as if there were none. */
static int save_environment(void)
{
	static const char name[] = "environment";
	struct stat facts;
	int root = place_root(BUILD), failed = 0;
	int fd = root < 0 ? -1 : openat(root, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!fstat(fd, &facts) && S_ISREG(facts.st_mode) && facts.st_size <= ENVIRONMENT_LIMIT) {
		walk.place = BUILD;
		walk.left = ENTRY_COST + ENVIRONMENT_LIMIT;
		walk.length = sizeof name - 1;
		memcpy(walk.name, name, walk.length);
		failed = entry_file(&walk, fd, &facts);
	}
	close(fd);
	return failed;
}

void save(const struct save *order)
{
	if (order->place == WORKSPACE)
		known_begin();
	int failed = (order->what & SAVE_ENVIRONMENT && save_environment()) || save_place(order);
	uint16_t number = (uint16_t)(failed ? (errno ? errno : EIO) : 0);
	if (order->place == WORKSPACE)
		known_end(!number);
	channel_make_room();
	channel_put(SAVED, &number, sizeof number);
}

void save_later(const struct save *order)
{
	waiting = *order;
	waits = true;
}

bool save_waits(void)
{
	return waits;
}

void save_waiting(void)
{
	if (!waits)
		return;
	waits = false;
	save(&waiting);
}
