/* A name is walked one component at a time, never following a link, from a folder that is held open. */
#include "reach.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "places.h"

static int root;

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

void leave(int folder)
{
	int number = errno;
	if (folder != root)
		close(folder);
	errno = number;
}

/* Not asked to be a folder, since with O_DIRECTORY gVisor 20240729 follows a link in spite of O_NOFOLLOW; what is
   none fails when something is opened below it. */
int enter(int parent, const char *part, bool make)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
	int folder = openat(parent, part, flags);
	if (folder < 0 && errno == ENOENT && make && mkdirat(parent, part, 0755) == 0) {
		folder = openat(parent, part, flags);
		if (folder >= 0 && fchown(folder, place_uid, place_gid)) {
			close(folder);
			folder = -1;
		}
	}
	leave(parent);
	return folder;
}

int reach(uint8_t place, struct bytes name, bool make, char part[PART_LIMIT + 1])
{
	char text[NAME_LIMIT + 1];
	errno = name.size > NAME_LIMIT ? ENAMETOOLONG : EINVAL;
	if (name.size > NAME_LIMIT || memchr(name.at, 0, name.size))
		return -1;
	memcpy(text, name.at, name.size);
	text[name.size] = 0;
	root = place_root(place);
	int folder = root, depth = 0;
	for (const char *rest = text; folder >= 0; folder = enter(folder, part, make)) {
		if (!next_part(&rest, part) || depth++ > DEPTH_LIMIT || (!*rest && rest[-1] == '/')) {
			leave(folder);
			errno = EINVAL;
			return -1;
		}
		if (!*rest)
			break;
	}
	return folder;
}
