/* How much processor time a cell has used. */
#ifndef CPU_H
#define CPU_H
#include <stdint.h>
#include <sys/types.h>

/* Of one process so far, from its clock; 0 when it is gone. */
uint64_t cpu_of_process(pid_t pid);
/* The resident set of a process, bytes; 0 when it is gone. */
uint64_t memory_of_process(pid_t pid);

/* A watch over all processes of a cell, from its /proc, starting from nothing used. */
void cpu_watch(int proc);
/* What they have used in total: alive, reaped, or seen by an earlier look and gone since. */
uint64_t cpu_look(void);
/* The processors that may use it at once. */
unsigned cpu_count(void);

#endif
