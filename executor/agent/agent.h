/* What the agent does with frames and with what happens in its cell. */
#ifndef AGENT_H
#define AGENT_H
#include "frames.h"

void agent_take_frame(const struct frame *frame);
void agent_take_reports(void);
void agent_runner_ready(void);
/* After each turn of the loop: ends what can be ended, prepares what can be prepared. */
void agent_settle(void);
void agent_prepare(void);
/* The executor is gone. */
_Noreturn void agent_leave(void);

#endif
