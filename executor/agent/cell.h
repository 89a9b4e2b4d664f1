/* The agent's hold on the cell: its init, the parked runner, and the pipes of what runs there. */
#ifndef CELL_H
#define CELL_H
#include <stdbool.h>
#include "init.h"
#include "order.h"
#include "pipes.h"

struct cell {
	pid_t init; /* 0: there is no cell; -1: it could not be made */
	int control, proc;
	uint32_t orders;
	struct pipes pipes; /* of the parked runner, or prepared for the next process */
	int park;           /* the runner's socket; -1: no runner waits */
	pid_t runner;       /* known when it has said that it is ready */
};

/* Makes namespaces and init; it reports CELL_READY. 0, or -1 with errno. */
int cell_make(struct cell *cell, const struct cell_config *config);
/* Ends it. In gVisor the rest of the namespace dies soon after, on Linux before this returns. */
void cell_end(struct cell *cell);
/* False when there is none now (EAGAIN), or will be none (EPIPE: init is dead). */
bool cell_take_report(struct cell *cell, struct report *report);

/* Starts the runner; `text` is `strs argv, strs env`. */
int cell_park(struct cell *cell, struct bytes text);
/* Reads the byte by which the runner says that it is ready, and who it is; false when it is gone. */
bool cell_runner_ready(struct cell *cell);
/* Hands the program over, under those limits; `further`: another one will follow. */
int cell_start_runner(struct cell *cell, struct bytes text, const struct limits *limits, bool further);
/* The exit status by which the runner says that it is ready for that; -1 when it is gone. */
int cell_runner_status(struct cell *cell);
/* Starts a process instead, on `pipes`. */
int cell_start_process(struct cell *cell, struct pipes *pipes, struct bytes text, const struct limits *limits);
/* Signals the process of an order, or with WHAT_KILL everything. */
void cell_signal(struct cell *cell, uint32_t order, int what);

#endif
