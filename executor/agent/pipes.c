/* Only our ends are non-blocking: that is a property of each end, and programs expect to block. */
#include "pipes.h"

#include <fcntl.h>
#include <unistd.h>

void fd_drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int pipes_make(struct pipes *pipes)
{
	*pipes = (struct pipes){{-1, -1, -1}, {-1, -1, -1}};
	for (int i = 0; i < 3; i++) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC))
			return -1;
		int writes = i == 0; /* into its input */
		pipes->ours[i] = ends[writes];
		pipes->theirs[i] = ends[!writes];
		if (fcntl(pipes->ours[i], F_SETFL, O_NONBLOCK))
			return -1;
	}
	return 0;
}

void pipes_drop_theirs(struct pipes *pipes)
{
	for (int i = 0; i < 3; i++)
		fd_drop(&pipes->theirs[i]);
}

void pipes_drop(struct pipes *pipes)
{
	for (int i = 0; i < 3; i++)
		fd_drop(&pipes->ours[i]);
	pipes_drop_theirs(pipes);
}
