/* Init mounts what is the cell's own, then carries out orders and reaps. With no child it blocks in
   recvmsg, with children in sigtimedwait: SIGCHLD and the agent's signal stay blocked and queue up, so none
   is lost and no handler runs. When the process of an order ends, all other processes are killed and
   reaped before the report goes out; that there are none is what ECHILD says, since orphans become ours.
   A parked runner that was not given its program yet is spared when the process of another order ends.

   Init shares the agent's memory, like a thread would. Measured in gVisor against a copy (fork), on a busy
   machine: PARK without a runner 1.6 to 4 ms instead of 10 to 15, a parked program's START to EXIT 3.4 to 3.9
   instead of 4.5 to 6.5. So whatever it writes to is its own, and it makes system calls by sys.h only. */
#include "init.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>

#include "message.h"
#include "order.h"
#include "privilege.h"
#include "reap.h"
#include "rlimits.h"
#include "spawn.h"
#include "sys.h"

static struct {
	const struct cell_config *config;
	int control;
	uint32_t orders; /* how many came */
	struct child runner, program;
	struct usage usage;
	struct limits limits; /* applied to init itself, for all that it starts */
	bool limited;
} cell;

/* Everything that can be done before an order comes is done here. Opens the cell's /proc and /build; 0, or -errno. */
static long settle(int fds[2])
{
	const struct cell_config *config = cell.config;
	const unsigned long flags = MS_NOSUID | MS_NODEV;
	const struct {
		const char *type, *at, *options;
		unsigned long flags;
	} mounts[] = {
		{"proc", "/proc", NULL, flags | MS_NOEXEC},    {"tmpfs", "/tmp", config->tmp_options, flags},
		{"tmpfs", "/var/tmp", config->tmp_options, flags}, {"tmpfs", "/dev/shm", config->tmp_options, flags},
		{"tmpfs", "/build", config->build_options, flags},
	};
	long failed = 0;
	for (size_t i = 0; i < sizeof mounts / sizeof *mounts && !failed; i++)
		failed = sys(SYS_mount, mounts[i].type, mounts[i].at, mounts[i].type, mounts[i].flags, mounts[i].options);
	sys(SYS_umask, 022);
	if (!failed)
		failed = sys(SYS_chdir, "/workspace");
	if (!failed)
		failed = privilege_init(config->gid);
	const char *const folders[2] = {"/proc", "/build"};
	for (int i = 0; i < 2 && !failed; i++) {
		long fd = sys(SYS_openat, AT_FDCWD, folders[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		failed = fd < 0 ? fd : 0;
		fds[i] = (int)fd;
	}
	return failed;
}

static void report(struct report report, const int *fds)
{
	report.cpu_ns = cell.usage.cpu_ns;
	report.max_rss = cell.usage.max_rss;
	if (message_send(cell.control, &report, sizeof report, NULL, 0, fds, fds ? 2 : 0))
		sys(SYS_exit, 1); /* the agent is gone */
}

/* Takes one order, if there is one when it may not wait. */
static void take_order(bool wait)
{
	static _Alignas(8) uint8_t text[sizeof(struct order) + FRAME_MAX];
	static char *argv[FRAME_MAX + 2], *env[FRAME_MAX + 3];
	long size = message_take(cell.control, text, sizeof text, wait);
	if (size < 0 && !wait)
		return;
	struct order order;
	struct strs args, vars;
	struct bytes rest = {text + sizeof order, (size_t)size - sizeof order};
	if (size < (long)sizeof order || strs_take(&rest, &args) || strs_take(&rest, &vars))
		sys(SYS_exit, 1);
	memcpy(&order, text, sizeof order);
	strs_unpack(args, argv);
	strs_unpack(vars, env);
	if (order.park) {
		env[vars.count] = "HEARTH_PARK=3";
		env[vars.count + 1] = NULL;
	}
	cell.orders++;
	cell.usage = (struct usage){0};
	long pid = order.park ? 0 : limits_apply(0, cell.limited ? &cell.limits : NULL, &order.limits);
	if (!order.park && !pid) {
		cell.limits = order.limits;
		cell.limited = true;
	}
	if (!pid)
		pid = spawn(cell.config->uid, argv, env);
	for (int fd = 0; fd < (order.park ? 4 : 3); fd++)
		sys(SYS_close, fd);
	if (pid < 0)
		report((struct report){.kind = PROCESS_FAILED, .order = cell.orders, .number = (int32_t)-pid}, NULL);
	else if (order.park)
		cell.runner = (struct child){(pid_t)pid, cell.orders};
	else
		cell.program = (struct child){(pid_t)pid, cell.orders};
}

/* Sees who has ended. The runner's end while a program runs is news, but does not end the program. */
static void children_ended(void)
{
	struct report ended[2];
	int count = 0, status;
	pid_t pid;
	while ((pid = reap(&status, &cell.usage, false)) > 0) {
		struct child *child = pid == cell.program.pid ? &cell.program : pid == cell.runner.pid ? &cell.runner : NULL;
		if (!child)
			continue;
		ended[count++] = (struct report){.kind = PROCESS_ENDED, .order = child->order, .status = status};
		*child = (struct child){0};
	}
	if (count && pid == 0 && !cell.program.pid)
		kill_others(cell.runner.pid, &cell.usage);
	for (int i = 0; i < count; i++)
		report(ended[i], NULL);
	if (count)
		cell.usage = (struct usage){0};
}

static void signal_came(uint32_t value)
{
	uint32_t order = value >> 8, what = value & 0xff;
	struct child *child = order == cell.program.order ? &cell.program : order == cell.runner.order ? &cell.runner : NULL;
	if (what == WHAT_READ)
		take_order(false);
	else if (!child || !child->pid)
		return; /* it has ended in the meantime */
	else if (what == WHAT_KILL)
		sys(SYS_kill, -1, SIGKILL); /* who forked away from this is killed when the main process is reaped */
	else
		sys(SYS_kill, child->pid, what);
}

void init_run(int control, const struct cell_config *config)
{
	memset(&cell, 0, sizeof cell);
	cell.control = control; /* above 3: the agent's epoll came first */
	cell.config = config;
	const uint64_t awaited = 1ull << (SIGCHLD - 1) | 1ull << (SIGNAL_ORDER - 1);
	int folders[2];
	long failed = sys(SYS_rt_sigprocmask, SIG_SETMASK, &awaited, NULL, sizeof awaited);
	if (!failed)
		failed = sys(SYS_close_range, 0, control - 1, 0);
	if (!failed) /* INT_MAX: gVisor takes a larger end for a negative one */
		failed = sys(SYS_close_range, control + 1, INT_MAX, 0);
	if (!failed)
		failed = settle(folders);
	if (failed) {
		report((struct report){.kind = CELL_FAILED, .number = (int32_t)-failed}, NULL);
		sys(SYS_exit, 1);
	}
	report((struct report){.kind = CELL_READY}, folders);
	for (int i = 0; i < 2; i++)
		sys(SYS_close, folders[i]);
	for (;;) {
		if (!cell.runner.pid && !cell.program.pid) {
			take_order(true);
			continue;
		}
		siginfo_t info;
		long came = sys(SYS_rt_sigtimedwait, &awaited, &info, NULL, sizeof awaited);
		if (came == SIGCHLD)
			children_ended();
		else if (came == SIGNAL_ORDER)
			signal_came((uint32_t)info.si_value.sival_int);
	}
}
