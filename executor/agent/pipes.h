/* The three pipes of a process: both ends of each until the process has been given its own. */
#ifndef PIPES_H
#define PIPES_H

/* Indexed by the process's descriptor, 0 to 2; -1 when closed. */
struct pipes {
	int ours[3], theirs[3];
};

/* 0, or -1 with errno; what was made until then is for pipes_drop. */
int pipes_make(struct pipes *pipes);
void pipes_drop_theirs(struct pipes *pipes);
void pipes_drop(struct pipes *pipes);

/* Closes an fd and forgets it. */
void fd_drop(int *fd);

#endif
