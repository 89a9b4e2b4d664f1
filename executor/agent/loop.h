/* The epoll set. What is ready comes back as a mask of tags, so that one turn of the loop handles it in an
   order that does not depend on the kernel's. */
#ifndef LOOP_H
#define LOOP_H
#include <stdbool.h>

enum tag {
	ON_INPUT = 1,    /* frames from the executor */
	ON_OUTPUT = 2,   /* room for frames to the executor */
	ON_CONTROL = 4,  /* the cell's init reports */
	ON_PARK = 8,     /* the parked runner is ready, or gone */
	ON_STDIN = 16,   /* the program takes input again */
	ON_STDOUT = 32,
	ON_STDERR = 64,
};

void loop_open(void);
/* Readiness to read, or with `write` to write; an fd is forgotten when it is closed. */
void loop_watch(int fd, enum tag tag, bool write);
void loop_unwatch(int fd);
/* Sleeps until something is ready or `timeout_ms` passed (-1: for ever). */
unsigned loop_wait(int timeout_ms);

/* Nanoseconds on the monotonic clock. */
unsigned long long now_ns(void);

#endif
