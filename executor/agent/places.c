/* Both are held open, so that no path of the sandbox is walked to reach them. */
#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "channel.h"

uid_t place_uid;
gid_t place_gid;
static int roots[PLACES] = {-1, -1};

void place_renew_workspace(uid_t uid, gid_t gid, uint64_t bytes)
{
	char options[128];
	if (roots[WORKSPACE] >= 0) {
		close(roots[WORKSPACE]);
		if (umount2("/workspace", MNT_DETACH))
			fatal_errno("cannot throw the workspace away");
	}
	place_uid = uid;
	place_gid = gid;
	snprintf(options, sizeof options, "mode=755,uid=%u,gid=%u,size=%llu", uid, gid, (unsigned long long)bytes);
	if (mount("workspace", "/workspace", "tmpfs", MS_NOSUID | MS_NODEV, options))
		fatal_errno("cannot mount the workspace");
	roots[WORKSPACE] = open("/workspace", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (roots[WORKSPACE] < 0)
		fatal_errno("cannot open the workspace");
}

void place_set_build(int fd)
{
	if (roots[BUILD] >= 0)
		close(roots[BUILD]);
	roots[BUILD] = fd;
}

int place_root(enum place place)
{
	errno = ENOENT;
	return roots[place];
}
