/* What programs of the cell left in the way (links, FIFOs, folders) is an error, never followed and never
   waited for. A file that has further names (hard links) is replaced instead of being written through. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hash.h"
#include "known.h"
#include "places.h"
#include "reach.h"

static int file = -1;
static uint64_t file_time, file_key; /* 0: not to be remembered */
static struct hash file_hash;

/* Opens a file that is there already, emptied. */
static int reopen(int folder, const char *part, mode_t mode)
{
	const int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	struct stat facts;
	int fd = openat(folder, part, flags);
	if (fd < 0 || fstat(fd, &facts))
		return fd;
	int number = !S_ISREG(facts.st_mode) ? EINVAL : 0;
	if (!number && facts.st_nlink > 1) {
		close(fd);
		return unlinkat(folder, part, 0) ? -1 : openat(folder, part, flags | O_CREAT | O_EXCL, mode);
	}
	if (!number && ftruncate(fd, 0) == 0 && fchmod(fd, mode) == 0)
		return fd;
	number = number ? number : errno;
	close(fd);
	errno = number;
	return -1;
}

static int create(int folder, const char *part, mode_t mode)
{
	int fd = openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return fd < 0 && errno == EEXIST ? reopen(folder, part, mode) : fd;
}

static struct timespec when(uint64_t ns)
{
	return (struct timespec){(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
}

static int set_time(int folder, const char *part, uint64_t ns)
{
	const struct timespec time = when(ns), times[2] = {time, time};
	return utimensat(folder, part, times, AT_SYMLINK_NOFOLLOW);
}

static int make_link(int folder, const char *part, const struct entry *entry)
{
	char target[NAME_LIMIT + 1];
	if (entry->content.size > NAME_LIMIT || memchr(entry->content.at, 0, entry->content.size)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(target, entry->content.at, entry->content.size);
	target[entry->content.size] = 0;
	if (symlinkat(target, folder, part) ||
	    fchownat(folder, part, place_uid, place_gid, AT_SYMLINK_NOFOLLOW))
		return -1;
	return entry->mtime_ns ? set_time(folder, part, entry->mtime_ns) : 0;
}

static int make_folder(int parent, const char *part, const struct entry *entry)
{
	int keep = dup(parent); /* entering closes it */
	int folder = enter(parent, part, true), failed = folder < 0 || fchmod(folder, entry->mode & 0777);
	if (!failed && entry->mtime_ns)
		failed = set_time(keep, part, entry->mtime_ns);
	int number = errno;
	if (folder >= 0)
		close(folder);
	close(keep);
	errno = number;
	return failed ? -1 : 0;
}

/* Makes the last part of a name in its folder. */
static int make(int folder, const char *part, const struct entry *entry)
{
	if (entry->kind == LINK_ENTRY)
		return make_link(folder, part, entry);
	file = create(folder, part, entry->mode & 0777);
	file_time = entry->mtime_ns;
	return file < 0 || fchown(file, place_uid, place_gid) ? -1 : 0;
}

int file_make(const struct entry *entry)
{
	char part[PART_LIMIT + 1];
	uint64_t key = known_key(entry->place, entry->name);
	file_close();
	known_drop(key);
	int folder = reach(entry->place, entry->name, true, part);
	if (folder < 0)
		return errno;
	if (entry->kind == FOLDER_ENTRY)
		return make_folder(folder, part, entry) ? errno : 0;
	int number = make(folder, part, entry) ? errno : 0;
	leave(folder);
	if (!number && entry->kind == FILE_ENTRY) {
		file_key = key;
		hash_begin(&file_hash);
		return file_append(entry->content);
	}
	file_close();
	return number;
}

int file_append(struct bytes content)
{
	if (file_key)
		hash_add(&file_hash, content.at, content.size);
	while (content.size) {
		ssize_t put = write(file, content.at, content.size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			file_key = 0;
			return put < 0 ? errno : ENOSPC;
		}
		content.at += put;
		content.size -= (size_t)put;
	}
	return 0;
}

void file_close(void)
{
	if (file < 0)
		return;
	if (file_time) {
		const struct timespec time = when(file_time), times[2] = {time, time};
		futimens(file, times);
	}
	known_put(file_key, (struct content){file_hash.size, hash_end(&file_hash)});
	file_key = 0;
	close(file);
	file = -1;
}

int file_remove(uint8_t place, struct bytes name)
{
	char part[PART_LIMIT + 1];
	file_close();
	known_drop(known_key(place, name));
	int folder = reach(place, name, false, part);
	int number = folder < 0 || unlinkat(folder, part, 0) ? errno : 0;
	if (folder >= 0)
		leave(folder);
	/* nothing has that name, also when what lies on the way to it is a file, a link or a socket */
	return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENXIO ? 0 : number;
}
