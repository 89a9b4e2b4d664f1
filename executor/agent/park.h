/* The cell's life: PARK, what its init reports, its end. And what the agent knows while it lives. */
#ifndef PARK_H
#define PARK_H
#include <stdbool.h>
#include "cell.h"

extern struct agent {
	enum { FRESH, CONFIGURED, PARKING, READY } state;
	struct cell_config config;
	uint64_t workspace_bytes;
	struct bytes runner; /* strs argv, strs env; empty when there is none */
	struct cell cell;
	bool had_cell, file_open;
	uint64_t park_began, runner_spent;
	int error_number; /* sticks until the next PARK; 0: none */
	char error_text[512];
} agent;

void park(const struct frame *frame);
void park_take_reports(void);
void park_runner_ready(void);
/* Between turns: pipes for a process that may be started soon. */
void park_prepare(void);
/* Remembers an error for every START until the next PARK. */
void stick(int number, const char *what);

#endif
