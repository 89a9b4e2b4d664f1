/* Collecting the dead of a cell, and making the rest dead. */
#ifndef REAP_H
#define REAP_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	pid_t pid; /* 0: none */
	uint32_t order;
};

/* What the reaped have used, and what those had used that they had reaped. */
struct usage {
	uint64_t cpu_ns, max_rss;
};

/* One that has ended; 0 when none has (never with `wait`); -1 when there is no process left. */
pid_t reap(int *status, struct usage *usage, bool wait);
/* Kills and reaps every process of the namespace but the caller and, when it is not 0, `spare`. */
void kill_others(pid_t spare, struct usage *usage);

#endif
