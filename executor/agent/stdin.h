/* The standard input of a stage: a queue as large as the window, from the executor into a pipe. */
#ifndef STDIN_H
#define STDIN_H
#include <stdbool.h>
#include "frames.h"

void stdin_window(uint32_t bytes);
/* A new stage, whose pipe is `fd`; it belongs to this module now. */
void stdin_open(int fd);
/* Data from the executor. More than the window allows is fatal. */
void stdin_put(struct bytes data);
void stdin_eof(void);
/* The pipe takes data again. */
void stdin_feed(void);
void stdin_close(void);

#endif
