/* One stage: a program that runs in the cell, its input, its output, its end. */
#ifndef STAGE_H
#define STAGE_H
#include "cell.h"

enum reason { REASON_NONE, REASON_CPU, REASON_KILL };

void stage_window(uint32_t bytes);

/* The program of `order` runs since `began`, with its ends of `pipes`, which now belong to the stage; with
   `further` it has no input, and what it prints to goes back to `pipes` when the stage has ended.
   `spent_ns` of processor time are not its own. */
void stage_begin(struct cell *cell, struct pipes *pipes, uint64_t began, uint64_t cpu_ms, uint64_t spent_ns,
                 uint32_t order, bool further);
/* Whether the program that runs will be given another stage. */
bool stage_has_successor(void);
/* Whether EXIT is still to come; whether something may be alive. */
bool stage_runs(void);
bool stage_lives(void);
uint32_t stage_order(void);

void stage_stdin(struct bytes data);
void stage_stdin_eof(void);
/* The program takes input again. */
void stage_feed(void);
/* Output is there on 1 or 2. */
void stage_relay(int stream);
/* The executor has read: what was held back may go on. */
void stage_resume(void);

void stage_signal(int number);
void stage_kill(enum reason reason);
/* When to look at the processor time next, in ms; -1: never. And the look. */
int stage_timeout(void);
void stage_check_cpu(void);

/* Nothing of the stage is alive. EXIT follows the rest of its output as the queue takes it, */
void stage_ended(const struct report *report);
/* or at once, when that is not wanted any more. */
void stage_abandon(void);
/* Goes on with that; true when EXIT was queued just now. */
bool stage_finish(void);
/* It never came to be: no EXIT. */
void stage_drop(void);

#endif
