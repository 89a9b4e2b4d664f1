/* The state machine of PROTOCOL.md. Frames that may cross an EXIT on the wire (STDIN, STDIN_EOF, SIGNAL,
   KILL) are dropped when no stage runs; every other frame out of turn is fatal. An error that sticks
   (a FILE that failed, a cell that could not be made or has died) answers START until the next PARK. */
#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell.h"
#include "channel.h"
#include "cpu.h"
#include "loop.h"
#include "stage.h"
#include "workspace.h"

static enum { FRESH, CONFIGURED, PARKING, READY } state;
static struct cell_config config;
static uint64_t workspace_bytes;
static struct bytes runner; /* strs argv, strs env; empty when there is none */
static struct limits last_limits;
static bool have_limits, had_cell, file_open;
static struct cell cell = {.control = -1, .proc = -1, .park = -1};
static uint64_t park_began, runner_spent;

static struct {
	int number; /* 0: none */
	char text[512];
} error;

static void stick(int number, const char *what)
{
	error.number = number ? number : EIO;
	snprintf(error.text, sizeof error.text, "%s: %s", what, strerror(error.number));
	channel_error(error.number, error.text);
}

static void answer(int number, const char *what)
{
	char text[512];
	snprintf(text, sizeof text, "%s: %s", what, strerror(number));
	channel_error(number, text);
}

static void configure(const struct frame *f)
{
	if (state != FRESH)
		fatal("CONFIGURE out of turn");
	if (f->configure.uid == 0 || f->configure.gid == 0)
		fatal("CONFIGURE with a privileged uid or gid");
	config = (struct cell_config){f->configure.uid, f->configure.gid, f->configure.tmp_bytes};
	workspace_bytes = f->configure.workspace_bytes;
	stage_window(f->configure.stdin_window);
	if (f->configure.argv.count) {
		size_t size = f->configure.argv.raw.size + f->configure.env.raw.size;
		uint8_t *copy = malloc(size);
		if (!copy)
			fatal_errno("the runner's command");
		memcpy(copy, f->configure.argv.raw.at, size); /* they lie one behind the other */
		runner = (struct bytes){copy, size};
	}
	state = CONFIGURED;
}

static void parked(void)
{
	uint64_t took = now_ns() - park_began;
	state = READY;
	channel_put(PARKED, &took, sizeof took);
	channel_flush();
	runner_spent = cell.runner ? cpu_of_process(cell.runner) : 0;
	cpu_watch(cell.proc);
}

static void park_failed(int number, const char *what)
{
	cell_end(&cell);
	state = READY;
	stick(number, what);
}

/* A stage that runs while its cell must go: kills it, and waits until nothing of it is left. */
static void stop_stage(void)
{
	struct report report = {.status = SIGKILL};
	stage_kill(REASON_KILL);
	while (stage_runs()) {
		struct pollfd control = {cell.control, POLLIN, 0};
		poll(&control, 1, -1);
		bool got = cell_take_report(&cell, &report);
		if (got ? report.kind == PROCESS_ENDED && report.order == stage_order() : errno != EAGAIN)
			break;
	}
	stage_ended(&report, false);
	stage_finish();
}

static void park(const struct frame *f)
{
	if (state == FRESH || state == PARKING)
		fatal("PARK out of turn");
	park_began = now_ns();
	if (stage_runs())
		stop_stage();
	cell_end(&cell);
	error.number = 0;
	file_open = false;
	if (!had_cell || !f->park.keep)
		workspace_renew(config.uid, config.gid, workspace_bytes);
	had_cell = true;
	state = PARKING;
	if (cell_make(&cell, &config) || (runner.size && cell_park(&cell, runner, have_limits ? &last_limits : NULL))) {
		park_failed(errno, "a cell cannot be made");
		return;
	}
	loop_watch(cell.control, ON_CONTROL, false);
	if (runner.size)
		loop_watch(cell.park, ON_PARK, false);
}

static void file(const struct frame *f, bool more)
{
	if (state != READY || stage_runs() || (more && !file_open && !error.number))
		fatal(more ? "FILE_MORE out of turn" : "FILE out of turn");
	if (error.number)
		return;
	file_open = true;
	int number = more ? workspace_append(f->data)
	                  : workspace_write(f->file.mode, f->file.name, f->file.content);
	char what[128] = "the rest of a file cannot be written";
	if (number && !more)
		snprintf(what, sizeof what, "cannot write %.*s", (int)(f->file.name.size < 80 ? f->file.name.size : 80),
		         (const char *)f->file.name.at);
	if (number) {
		workspace_close();
		stick(number, what);
	}
}

static void start(const struct frame *f)
{
	uint64_t began = now_ns();
	if (state != READY || stage_runs())
		fatal("START out of turn");
	workspace_close();
	file_open = false;
	if (error.number) {
		channel_error(error.number, error.text);
		return;
	}
	const struct limits *limits = &f->start.limits;
	if (f->start.parked) {
		if (cell.park < 0) {
			answer(ESRCH, "no runner is parked");
			return;
		}
		if (cell_start_runner(&cell, f->start.program, limits)) {
			answer(errno, "the parked runner does not take the program");
			return;
		}
		stage_begin(&cell, &cell.pipes, began, f->start.cpu_ms, runner_spent, 1);
	} else {
		struct pipes own, *pipes = runner.size || cell.pipes.ours[0] < 0 ? &own : &cell.pipes;
		if ((pipes == &own && pipes_make(&own)) || cell_start_process(&cell, pipes, f->start.program, limits)) {
			answer(errno, "the process cannot be started");
			if (pipes == &own)
				pipes_drop(&own);
			return;
		}
		stage_begin(&cell, pipes, began, f->start.cpu_ms, 0, cell.orders);
	}
	last_limits = *limits;
	have_limits = true;
}

void agent_take_frame(const struct frame *f)
{
	if (state == FRESH && f->type != CONFIGURE)
		fatal("a frame before CONFIGURE");
	switch (f->type) {
	case CONFIGURE:
		return configure(f);
	case PARK:
		return park(f);
	case FILE_FIRST:
	case FILE_MORE:
		return file(f, f->type == FILE_MORE);
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

static void init_died(void)
{
	struct report killed = {.status = SIGKILL};
	if (state == PARKING) {
		park_failed(ECHILD, "the cell has died");
		return;
	}
	cell_end(&cell);
	if (stage_runs())
		stage_ended(&killed, true);
	error.number = ECHILD;
	snprintf(error.text, sizeof error.text, "the cell has died");
}

static void take_report(const struct report *r)
{
	bool of_runner = runner.size && r->order == 1, of_stage = stage_runs() && r->order == stage_order();
	if (r->kind == CELL_FAILED)
		park_failed(r->number, "a cell's file systems cannot be mounted");
	else if (r->kind == CELL_READY && !runner.size)
		parked();
	else if (r->kind == PROCESS_FAILED && of_stage) {
		stage_drop();
		answer(r->number, "the program cannot be executed");
	} else if (r->kind == PROCESS_ENDED && of_stage)
		stage_ended(r, true);
	else if (r->kind != CELL_READY && of_runner && state == PARKING)
		park_failed(r->kind == PROCESS_FAILED ? r->number : ESRCH, "the runner cannot be parked");
}

void agent_take_reports(void)
{
	struct report report;
	while (cell.control >= 0) {
		errno = 0;
		if (cell_take_report(&cell, &report))
			take_report(&report);
		else if (errno == EAGAIN)
			return;
		else
			return init_died();
		if (stage_runs())
			return; /* the next one, if any, wakes us again */
	}
}

void agent_runner_ready(void)
{
	if (cell.park < 0)
		return;
	loop_unwatch(cell.park);
	if (state == PARKING && cell_runner_ready(&cell))
		parked();
	/* else it has died: init reports it */
}

void agent_settle(void)
{
	stage_check_cpu();
	stage_finish();
}

void agent_prepare(void)
{
	if (state != READY || stage_runs() || error.number)
		return;
	if (!runner.size && cell.pipes.ours[0] < 0 && pipes_make(&cell.pipes))
		fatal_errno("pipes");
}

void agent_leave(void)
{
	cell_end(&cell);
	_exit(0);
}
