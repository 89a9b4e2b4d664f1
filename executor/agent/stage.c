/* Output is read straight into the queue to the executor. When that is past its mark the pipes are not
   watched until it has drained: the program blocks, nothing grows. When stdout and stderr are both ready
   stdout goes first, one read each a turn. After the end what the pipes still hold is read until a read
   comes back short: nobody is left who writes, but somebody could have hidden a pipe's end in a socket,
   so there may never be an end of file. */
#include "stage.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cpu.h"
#include "loop.h"
#include "stdin.h"

enum { CPU_LOOK_MS = 25, CPU_LOOK_MAX_MS = 60000 };

static struct {
	enum { NO_STAGE, RUNNING, ENDING } state;
	struct cell *cell;
	struct pipes *lender; /* gets the streams back when the program goes on with another stage */
	uint32_t order;
	int streams[3]; /* 1 and 2 */
	bool held;
	uint64_t began, ended, cpu_ns, spent_ns, look_at;
	enum reason reason;
	struct report report;
} stage = {.streams = {-1, -1, -1}};

static void close_stream(int stream)
{
	int fd = stage.streams[stream];
	stage.streams[stream] = -1;
	if (fd >= 0 && stage.lender) {
		loop_unwatch(fd);
		stage.lender->ours[stream] = fd;
	} else if (fd >= 0) {
		close(fd);
	}
}

static void watch_streams(void)
{
	const enum tag tags[3] = {0, ON_STDOUT, ON_STDERR};
	for (int i = 1; i <= 2; i++)
		if (stage.streams[i] >= 0)
			loop_watch(stage.streams[i], tags[i], false);
	stage.held = false;
}

void stage_window(uint32_t bytes)
{
	stdin_window(bytes);
}

void stage_begin(struct cell *cell, struct pipes *pipes, uint64_t began, uint64_t cpu_ms, uint64_t spent_ns,
                 uint32_t order, bool further)
{
	stage.state = RUNNING;
	stage.cell = cell;
	stage.order = order;
	stage.lender = further ? pipes : NULL;
	stage.began = began;
	stage.reason = REASON_NONE;
	stage.spent_ns = spent_ns;
	stage.cpu_ns = cpu_ms > UINT64_MAX / 1000000 ? 0 : cpu_ms * 1000000;
	stage.look_at = began + stage.cpu_ns / cpu_count();
	stdin_open(further ? -1 : pipes->ours[0]);
	for (int i = further; i <= 2; i++) {
		stage.streams[i] = i ? pipes->ours[i] : -1;
		pipes->ours[i] = -1;
	}
	watch_streams();
}

bool stage_has_successor(void)
{
	return stage.state == RUNNING && stage.lender;
}

bool stage_runs(void)
{
	return stage.state != NO_STAGE;
}

bool stage_lives(void)
{
	return stage.state == RUNNING;
}

uint32_t stage_order(void)
{
	return stage.order;
}

void stage_stdin(struct bytes data)
{
	if (stage.state == RUNNING)
		stdin_put(data);
}

void stage_stdin_eof(void)
{
	if (stage.state == RUNNING)
		stdin_eof();
}

void stage_feed(void)
{
	if (stage.state == RUNNING)
		stdin_feed();
}

/* One read into one frame; what it returned. */
static ssize_t relay(int stream)
{
	uint8_t *room = channel_room(FRAME_MAX);
	ssize_t got = read(stage.streams[stream], room, FRAME_MAX);
	if (got > 0)
		channel_send(stream == 1 ? STDOUT : STDERR, (size_t)got);
	return got;
}

void stage_relay(int stream)
{
	if (stage.state != RUNNING || stage.streams[stream] < 0)
		return;
	if (channel_queued() > CHANNEL_HIGH) {
		for (int i = 1; i <= 2 && !stage.held; i++)
			if (stage.streams[i] >= 0)
				loop_unwatch(stage.streams[i]);
		stage.held = true;
	} else if (relay(stream) == 0) {
		close_stream(stream);
	}
}

void stage_resume(void)
{
	if (stage.state == RUNNING && stage.held && channel_queued() <= CHANNEL_HIGH)
		watch_streams();
}

void stage_signal(int number)
{
	if (stage.state == RUNNING)
		cell_signal(stage.cell, stage.order, number);
}

void stage_kill(enum reason reason)
{
	if (stage.state != RUNNING)
		return;
	if (stage.reason == REASON_NONE)
		stage.reason = reason;
	cell_signal(stage.cell, stage.order, WHAT_KILL);
}

int stage_timeout(void)
{
	if (stage.state != RUNNING || !stage.cpu_ns || stage.reason != REASON_NONE)
		return -1;
	uint64_t now = now_ns();
	uint64_t wait = stage.look_at > now ? (stage.look_at - now) / 1000000 + 1 : 0;
	return wait > CPU_LOOK_MAX_MS ? CPU_LOOK_MAX_MS : (int)wait;
}

void stage_check_cpu(void)
{
	if (stage.state != RUNNING || !stage.cpu_ns || stage.reason != REASON_NONE || now_ns() < stage.look_at)
		return;
	uint64_t used = cpu_look();
	if (used >= stage.cpu_ns) {
		stage_kill(REASON_CPU);
		return;
	}
	uint64_t soonest = (stage.cpu_ns - used) / cpu_count(), least = CPU_LOOK_MS * 1000000u;
	stage.look_at = now_ns() + (soonest > least ? soonest : least);
}

void stage_ended(const struct report *report)
{
	stage.state = ENDING;
	stage.ended = now_ns();
	stage.report = *report;
	stdin_close();
}

void stage_abandon(void)
{
	close_stream(1);
	close_stream(2);
}

static void send_exit(void)
{
	const struct report *r = &stage.report;
	uint64_t numbers[3] = {stage.ended - stage.began,
	                       r->cpu_ns > stage.spent_ns ? r->cpu_ns - stage.spent_ns : 0, r->max_rss};
	bool killed = WIFSIGNALED(r->status);
	uint8_t *to = channel_room(3 + sizeof numbers);
	to[0] = killed;
	to[1] = (uint8_t)(killed ? WTERMSIG(r->status) : WEXITSTATUS(r->status));
	to[2] = killed && to[1] == 9 ? (uint8_t)stage.reason : REASON_NONE;
	memcpy(to + 3, numbers, sizeof numbers);
	channel_send(EXIT, 3 + sizeof numbers);
}

bool stage_finish(void)
{
	if (stage.state != ENDING)
		return false;
	for (int i = 1; i <= 2; i++)
		while (stage.streams[i] >= 0) {
			if (channel_queued() > CHANNEL_HIGH)
				return false;
			if (relay(i) < FRAME_MAX)
				close_stream(i);
		}
	send_exit();
	stage.state = NO_STAGE;
	return true;
}

void stage_drop(void)
{
	stage.state = NO_STAGE;
	stdin_close();
	stage_abandon();
}
