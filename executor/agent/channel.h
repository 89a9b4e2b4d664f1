/* The agent's end of the executor's stream: frames in on fd 0, frames out on fd 1. */
#ifndef CHANNEL_H
#define CHANNEL_H
#include <stdbool.h>
#include "frames.h"

/* Past this many queued bytes the agent stops reading what programs print. */
enum { CHANNEL_HIGH = 256 * 1024 };

void channel_open(void);

/* One read(2) of what has come; false at the end of the stream. */
bool channel_fill(void);
/* The next whole frame, good until the next fill; false when there is none. A malformed one is fatal. */
bool channel_next(struct frame *frame);
/* No room is left for answers, so no more questions are taken until the executor reads. */
bool channel_stuffed(void);

size_t channel_queued(void);
/* Room for a frame whose payload is at most `max` bytes; fill it, then send it with its true size. */
uint8_t *channel_room(size_t max);
void channel_send(enum frame_type type, size_t size);
/* Copies a payload into a frame and queues it. */
void channel_put(enum frame_type type, const void *payload, size_t size);
void channel_error(int number, const char *text);
/* Waits until the queue is below its mark: for what sends more than the queue holds. */
void channel_make_room(void);
/* Writes as much of the queue as fits, with one write(2) when all of it does. */
void channel_flush(void);

/* One line on standard error, and exit status 2. */
_Noreturn void fatal(const char *what);
_Noreturn void fatal_errno(const char *what);

#endif
