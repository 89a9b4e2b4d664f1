/* Making cells and seeing them end. A PARK is answered when the runner has said that it is ready or, without a
   runner, when init has settled. */
#include "park.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "contents.h"
#include "cpu.h"
#include "known.h"
#include "loop.h"
#include "places.h"
#include "save.h"
#include "stage.h"

struct agent agent = {.cell = {.control = -1, .proc = -1, .park = -1}};

void stick(int number, const char *what)
{
	agent.error_number = number ? number : EIO;
	snprintf(agent.error_text, sizeof agent.error_text, "%s: %s", what, strerror(agent.error_number));
}

static void parked(void)
{
	uint64_t took = now_ns() - agent.park_began;
	agent.state = READY;
	channel_put(PARKED, &took, sizeof took);
	channel_flush();
	agent.runner_spent = agent.cell.runner ? cpu_of_process(agent.cell.runner) : 0;
	cpu_watch(agent.cell.proc);
}

static void park_failed(int number, const char *what)
{
	cell_end(&agent.cell);
	agent.state = READY;
	stick(number, what);
	channel_error(agent.error_number, agent.error_text);
}

static void init_died(void)
{
	if (agent.state == PARKING) {
		park_failed(ECHILD, "the cell has died");
		return;
	}
	struct report killed = {.status = SIGKILL};
	cell_end(&agent.cell);
	if (stage_lives())
		stage_ended(&killed);
	stick(ECHILD, "the cell has died");
}

static void take_report(const struct report *r)
{
	bool of_runner = agent.runner.size && r->order == 1, of_stage = stage_lives() && r->order == stage_order();
	if (r->kind == CELL_FAILED)
		park_failed(r->number, "a cell's file systems cannot be mounted");
	else if (r->kind == CELL_READY && !agent.runner.size)
		parked();
	else if (r->kind == PROCESS_FAILED && of_stage) {
		stage_drop();
		char text[256];
		snprintf(text, sizeof text, "the program cannot be executed: %s", strerror(r->number));
		channel_error(r->number, text);
	} else if (r->kind == PROCESS_ENDED && of_stage)
		stage_ended(r);
	else if (r->kind != CELL_READY && of_runner && agent.state == PARKING)
		park_failed(r->kind == PROCESS_FAILED ? r->number : ESRCH, "the runner cannot be parked");
}

void park_take_reports(void)
{
	struct report report;
	while (agent.cell.control >= 0) {
		errno = 0;
		if (cell_take_report(&agent.cell, &report))
			take_report(&report);
		else if (errno == EAGAIN)
			return;
		else
			return init_died();
		if (stage_runs())
			return; /* the next one, if any, wakes us again */
	}
}

/* The stage of a runner that waits for the next one ends without the end of a process. */
static void runner_goes_on(void)
{
	int status = cell_runner_status(&agent.cell);
	if (status < 0)
		return;
	uint64_t spent = cpu_of_process(agent.cell.runner);
	struct report done = {
		.status = status << 8, .cpu_ns = spent, .max_rss = memory_of_process(agent.cell.runner)};
	stage_ended(&done);
	agent.runner_spent = spent;
	cpu_watch(agent.cell.proc);
}

void park_runner_ready(void)
{
	if (agent.cell.park < 0)
		return;
	loop_unwatch(agent.cell.park);
	if (agent.state == PARKING && cell_runner_ready(&agent.cell))
		parked();
	else if (agent.state == READY && stage_has_successor())
		runner_goes_on();
	/* else it has died: init reports it */
}

/* The stage that runs, if one does, goes with its cell: waits until nothing of it is left. */
static void stop_stage(void)
{
	stage_kill(REASON_KILL);
	while (stage_lives()) {
		struct pollfd control = {agent.cell.control, POLLIN, 0};
		poll(&control, 1, -1);
		park_take_reports();
	}
	stage_abandon();
	stage_finish();
}

void park(const struct frame *f)
{
	if (agent.state == FRESH || agent.state == PARKING)
		fatal("PARK out of turn");
	agent.park_began = now_ns();
	stop_stage();
	save_waiting(); /* while /build is there */
	cell_end(&agent.cell);
	agent.error_number = 0;
	contents_close();
	if (!agent.had_cell || !f->park.keep) {
		place_renew_workspace(agent.config.uid, agent.config.gid, agent.workspace_bytes);
		known_clear();
	}
	agent.had_cell = true;
	agent.state = PARKING;
	if (cell_make(&agent.cell, &agent.config) || (agent.runner.size && cell_park(&agent.cell, agent.runner))) {
		park_failed(errno, "a cell cannot be made");
		return;
	}
	loop_watch(agent.cell.control, ON_CONTROL, false);
	if (agent.runner.size)
		loop_watch(agent.cell.park, ON_PARK, false);
}

void park_prepare(void)
{
	if (agent.state != READY || stage_runs() || agent.error_number)
		return;
	if (!agent.runner.size && agent.cell.pipes.ours[0] < 0 && pipes_make(&agent.cell.pipes))
		fatal_errno("pipes");
}
