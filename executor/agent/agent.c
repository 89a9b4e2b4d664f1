/* The state machine of PROTOCOL.md. Frames that may cross an EXIT on the wire (STDIN, STDIN_EOF, SIGNAL,
   KILL) are dropped when no stage runs; every other frame out of turn is fatal. An error that sticks
   (a FILE that failed, a cell that could not be made or has died) answers START until the next PARK. */
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "contents.h"
#include "loop.h"
#include "park.h"
#include "stage.h"

static void answer(int number, const char *what)
{
	char text[512];
	snprintf(text, sizeof text, "%s: %s", what, strerror(number));
	channel_error(number, text);
}

static void configure(const struct frame *f)
{
	if (agent.state != FRESH)
		fatal("CONFIGURE out of turn");
	if (f->configure.uid == 0 || f->configure.gid == 0)
		fatal("CONFIGURE with a privileged uid or gid");
	agent.config.uid = f->configure.uid;
	agent.config.gid = f->configure.gid;
	unsigned long long size = f->configure.tmp_bytes;
	snprintf(agent.config.tmp_options, sizeof agent.config.tmp_options, "mode=1777,uid=0,gid=0,size=%llu", size);
	snprintf(agent.config.build_options, sizeof agent.config.build_options, "mode=755,uid=%u,gid=%u,size=%llu", agent.config.uid,
	         agent.config.gid, size);
	agent.workspace_bytes = f->configure.workspace_bytes;
	stage_window(f->configure.stdin_window);
	if (f->configure.argv.count) {
		size_t length = f->configure.argv.raw.size + f->configure.env.raw.size;
		uint8_t *copy = malloc(length);
		if (!copy)
			fatal_errno("the runner's command");
		memcpy(copy, f->configure.argv.raw.at, length); /* they lie one behind the other */
		agent.runner = (struct bytes){copy, length};
	}
	agent.state = CONFIGURED;
}

static void start(const struct frame *f)
{
	uint64_t began = now_ns();
	if (agent.state != READY || stage_runs())
		fatal("START out of turn");
	contents_close();
	if (agent.error_number) {
		channel_error(agent.error_number, agent.error_text);
		return;
	}
	const struct limits *limits = &f->start.limits;
	if (f->start.parked) {
		if (agent.cell.park < 0) {
			answer(ESRCH, "no runner is parked");
			return;
		}
		if (cell_start_runner(&agent.cell, f->start.program, limits, f->start.further)) {
			answer(errno, "the parked runner does not take the program");
			return;
		}
		if (f->start.further)
			loop_watch(agent.cell.park, ON_PARK, false);
		stage_begin(&agent.cell, &agent.cell.pipes, began, f->start.cpu_ms, agent.runner_spent, 1,
		            f->start.further);
	} else {
		struct pipes own, *pipes = agent.runner.size || agent.cell.pipes.ours[0] < 0 ? &own : &agent.cell.pipes;
		if ((pipes == &own && pipes_make(&own)) || cell_start_process(&agent.cell, pipes, f->start.program, limits)) {
			answer(errno, "the process cannot be started");
			if (pipes == &own)
				pipes_drop(&own);
			return;
		}
		stage_begin(&agent.cell, pipes, began, f->start.cpu_ms, 0, agent.cell.orders, false);
	}
}

void agent_take_frame(const struct frame *f)
{
	if (agent.state == FRESH && f->type != CONFIGURE)
		fatal("a frame before CONFIGURE");
	switch (f->type) {
	case CONFIGURE:
		return configure(f);
	case PARK:
		return park(f);
	case FILE_FIRST:
	case FILE_MORE:
		return contents_file(f, f->type == FILE_MORE);
	case SAVE:
		return contents_save(f);
	case REMOVE:
		return contents_remove(f);
	case START:
		return start(f);
	case STDIN:
		return stage_stdin(f->data);
	case STDIN_EOF:
		return stage_stdin_eof();
	case SIGNAL:
		return stage_signal(f->signal.number);
	case KILL:
		return stage_kill(REASON_KILL);
	default:
		fatal("a frame of an unknown type");
	}
}

void agent_leave(void)
{
	cell_end(&agent.cell);
	_exit(0);
}
