/* A name is walked one component at a time, never following a link, from a folder that is held open.
   What programs of the cell left in the way (links, FIFOs, folders) is an error, never followed and never
   waited for. A file that has further names (hard links) is replaced instead of being written through. */
#include "workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channel.h"

enum { NAME_LIMIT = 4096, PART_LIMIT = 255, DEPTH_LIMIT = 64 };

static uid_t owner;
static gid_t group;
static int root = -1, file = -1;

void workspace_renew(uid_t uid, gid_t gid, uint64_t bytes)
{
	char options[128];
	workspace_close();
	if (root >= 0) {
		close(root);
		if (umount2("/workspace", MNT_DETACH))
			fatal_errno("cannot throw the workspace away");
	}
	owner = uid;
	group = gid;
	snprintf(options, sizeof options, "mode=755,uid=%u,gid=%u,size=%llu", uid, gid, (unsigned long long)bytes);
	if (mount("workspace", "/workspace", "tmpfs", MS_NOSUID | MS_NODEV, options))
		fatal_errno("cannot mount the workspace");
	root = open("/workspace", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		fatal_errno("cannot open the workspace");
}

/* Splits the first component off; false when the name is not one that we take. */
static bool next_part(const char **name, char part[PART_LIMIT + 1])
{
	size_t size = strcspn(*name, "/");
	if (size == 0 || size > PART_LIMIT || (size == 1 && **name == '.') ||
	    (size == 2 && strncmp(*name, "..", 2) == 0))
		return false;
	memcpy(part, *name, size);
	part[size] = 0;
	*name += size + ((*name)[size] == '/');
	return true;
}

/* A folder below `parent`, made when it is missing. Closes `parent` unless it is the root. Not asked to be a
   folder, since with O_DIRECTORY gVisor 20240729 follows a link in spite of O_NOFOLLOW; what is none fails
   when something is opened below it. */
static int enter(int parent, const char *part)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
	int folder = openat(parent, part, flags);
	if (folder < 0 && errno == ENOENT && mkdirat(parent, part, 0755) == 0) {
		folder = openat(parent, part, flags);
		if (folder >= 0 && fchown(folder, owner, group)) {
			close(folder);
			folder = -1;
		}
	}
	int number = errno;
	if (parent != root)
		close(parent);
	errno = number;
	return folder;
}

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

int workspace_write(uint32_t mode, struct bytes name, struct bytes content)
{
	char text[NAME_LIMIT + 1], part[PART_LIMIT + 1];
	workspace_close();
	if (name.size > NAME_LIMIT)
		return ENAMETOOLONG;
	if (memchr(name.at, 0, name.size))
		return EINVAL;
	memcpy(text, name.at, name.size);
	text[name.size] = 0;
	int folder = root, depth = 0;
	for (const char *rest = text; folder >= 0;) {
		if (!next_part(&rest, part) || depth++ > DEPTH_LIMIT || (!*rest && rest[-1] == '/')) {
			if (folder != root)
				close(folder);
			return EINVAL;
		}
		if (!*rest)
			break;
		folder = enter(folder, part);
	}
	if (folder < 0)
		return errno;
	file = create(folder, part, mode & 0777);
	int number = file < 0 || fchown(file, owner, group) ? errno : 0;
	if (folder != root)
		close(folder);
	if (!number)
		return workspace_append(content);
	workspace_close();
	return number;
}

int workspace_append(struct bytes content)
{
	while (content.size) {
		ssize_t put = write(file, content.at, content.size);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put < 0 ? errno : ENOSPC;
		content.at += put;
		content.size -= (size_t)put;
	}
	return 0;
}

void workspace_close(void)
{
	if (file >= 0)
		close(file);
	file = -1;
}
