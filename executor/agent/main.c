/* The agent: PID 1 of a sandbox. One thread, one epoll set; a turn of the loop handles what is ready in a
   fixed order, lets answers gather in one queue, and writes them with one system call. Ends are looked at
   before new frames, so that a KILL that crosses an EXIT finds the stage gone. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "agent.h"
#include "channel.h"
#include "rlimits.h"
#include "loop.h"
#include "park.h"
#include "privilege.h"
#include "save.h"
#include "stage.h"

static void ignore(int number)
{
	(void)number; /* a handler, not SIG_IGN: exec resets it */
}

/* What the executor has to take, and whether we listen to it meanwhile. */
static void balance(void)
{
	static bool output_watched, input_stopped;
	bool queued = channel_queued() > 0, stuffed = channel_stuffed();
	if (queued && !output_watched)
		loop_watch(1, ON_OUTPUT, true);
	else if (!queued && output_watched)
		loop_unwatch(1);
	output_watched = queued;
	if (stuffed && !input_stopped)
		loop_unwatch(0);
	else if (!stuffed && input_stopped)
		loop_watch(0, ON_INPUT, false);
	input_stopped = stuffed;
}

/* Everybody may read the environment of an agent and of its inits in gVisor's /proc. */
static void forget_environment(char **env)
{
	for (; *env; env++)
		memset(*env, 0, strlen(*env));
}

int main(int argc, char **argv, char **env)
{
	(void)argc, (void)argv;
	const uint32_t version = 1;
	struct frame frame;
	forget_environment(env);
	struct sigaction usual = {.sa_handler = SIG_DFL}, quiet = {.sa_handler = ignore, .sa_flags = SA_RESTART};
	for (int number = 1; number <= 64; number++) /* who started us may have had other ideas */
		sigaction(number, &usual, NULL);
	sigaction(SIGPIPE, &quiet, NULL);
	loop_open();
	channel_open();
	privilege_boot();
	limits_boot();
	umask(0); /* FILE says which mode a file gets */
	loop_watch(0, ON_INPUT, false);
	channel_put(HELLO, &version, sizeof version);
	channel_flush();
	for (;;) {
		balance();
		unsigned ready = loop_wait(stage_timeout());
		if (ready & ON_STDOUT)
			stage_relay(1);
		if (ready & ON_STDERR)
			stage_relay(2);
		if (ready & ON_CONTROL)
			park_take_reports();
		if (ready & ON_STDIN)
			stage_feed();
		if (ready & ON_PARK)
			park_runner_ready();
		if ((ready & ON_INPUT) && !channel_fill())
			agent_leave();
		while (!channel_stuffed() && channel_next(&frame))
			agent_take_frame(&frame);
		stage_check_cpu();
		stage_finish();
		if (!stage_runs())
			save_waiting();
		channel_flush();
		stage_resume();
		park_prepare();
	}
}
