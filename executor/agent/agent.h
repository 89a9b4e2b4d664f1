/* What the agent does with the executor's frames. */
#ifndef AGENT_H
#define AGENT_H
#include "frames.h"

void agent_take_frame(const struct frame *frame);
/* The executor is gone. */
_Noreturn void agent_leave(void);

#endif
