/* Init mounts what is the cell's own, then carries out orders and reaps. With no child it blocks in
   recvmsg, with children in sigtimedwait: SIGCHLD and the agent's signal stay blocked and queue up, so none
   is lost and no handler runs. When the process of an order ends, all other processes are killed and
   reaped before the report goes out; that there are none is what ECHILD says, since orphans become ours.
   A parked runner that was not given its program yet is spared when the process of another order ends. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limits.h"
#include "message.h"
#include "order.h"
#include "privilege.h"
#include "reap.h"
#include "spawn.h"

static const struct cell_config *config;
static int control;
static uint32_t orders; /* how many came */
static struct child runner, program;
static struct usage usage;

static int mount_tmp(const char *at, unsigned mode, uid_t uid, gid_t gid)
{
	char options[128];
	snprintf(options, sizeof options, "mode=%o,uid=%u,gid=%u,size=%llu", mode, uid, gid,
	         (unsigned long long)config->tmp_bytes);
	return mount("tmpfs", at, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

/* Everything that can be done before an order comes is done here. Returns an fd of the cell's /proc. */
static int settle(void)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ||
	    mount_tmp("/tmp", 01777, 0, 0) || mount_tmp("/var/tmp", 01777, 0, 0) ||
	    mount_tmp("/dev/shm", 01777, 0, 0) || mount_tmp("/build", 0755, config->uid, config->gid))
		return -1;
	sigset_t queued;
	sigemptyset(&queued);
	sigaddset(&queued, SIGCHLD);
	sigaddset(&queued, SIGNAL_ORDER);
	umask(022);
	if (sigprocmask(SIG_SETMASK, &queued, NULL) || chdir("/workspace") || privilege_init(config->gid))
		return -1;
	return open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void report(struct report report, int fd)
{
	report.cpu_ns = usage.cpu_ns;
	report.max_rss = usage.max_rss;
	if (message_send(control, &report, sizeof report, NULL, 0, &fd, fd >= 0))
		_exit(1); /* the agent is gone */
}

/* Takes one order, if there is one when it may not wait. */
static void take_order(bool wait)
{
	static _Alignas(8) uint8_t text[sizeof(struct order) + FRAME_MAX];
	static char *argv[FRAME_MAX + 2], *env[FRAME_MAX + 3];
	static struct limits applied;
	static bool limited;
	ssize_t size = message_take(control, text, sizeof text, wait);
	if (size < 0)
		return;
	if ((size_t)size < sizeof(struct order))
		_exit(1);
	struct order order;
	memcpy(&order, text, sizeof order);
	struct bytes rest = {text + sizeof order, (size_t)size - sizeof order};
	struct strs args, vars;
	if (strs_take(&rest, &args) || strs_take(&rest, &vars))
		_exit(1);
	strs_unpack(args, argv);
	strs_unpack(vars, env);
	if (order.park) {
		env[vars.count] = "HEARTH_PARK=3";
		env[vars.count + 1] = NULL;
	}
	orders++;
	usage = (struct usage){0};
	pid_t pid = -1;
	if (!order.limited || limits_apply(0, limited ? &applied : NULL, &order.limits) == 0) {
		if (order.limited) {
			applied = order.limits;
			limited = true;
		}
		pid = spawn(config->uid, argv, env);
	}
	int number = errno;
	for (int fd = 0; fd < (order.park ? 4 : 3); fd++)
		close(fd);
	if (pid < 0)
		report((struct report){.kind = PROCESS_FAILED, .order = orders, .number = number}, -1);
	else if (order.park)
		runner = (struct child){pid, orders};
	else
		program = (struct child){pid, orders};
}

/* Sees who has ended. The runner's end while a program runs is news, but does not end the program. */
static void children_ended(void)
{
	struct report ended[2];
	int count = 0, status;
	pid_t pid;
	while ((pid = reap(&status, &usage, false)) > 0) {
		struct child *child = pid == program.pid ? &program : pid == runner.pid ? &runner : NULL;
		if (!child)
			continue;
		ended[count++] = (struct report){.kind = PROCESS_ENDED, .order = child->order, .status = status};
		*child = (struct child){0};
	}
	if (count && pid == 0 && !program.pid)
		kill_others(runner.pid, &usage);
	for (int i = 0; i < count; i++)
		report(ended[i], -1);
	if (count)
		usage = (struct usage){0};
}

static void signal_came(uint32_t value)
{
	uint32_t order = value >> 8, what = value & 0xff;
	struct child *child = order == program.order ? &program : order == runner.order ? &runner : NULL;
	if (what == WHAT_READ)
		take_order(false);
	else if (!child || !child->pid)
		return; /* it has ended in the meantime */
	else if (what == WHAT_KILL)
		kill(-1, SIGKILL); /* who forked away from this is killed when the main process is reaped */
	else
		kill(child->pid, (int)what);
}

void init_run(int socket, const struct cell_config *the_config)
{
	control = socket; /* above 3: the agent's epoll came first */
	config = the_config;
	syscall(SYS_close_range, 0, control - 1, 0);
	syscall(SYS_close_range, control + 1, ~0u, 0);
	int proc = settle();
	report((struct report){.kind = proc < 0 ? CELL_FAILED : CELL_READY, .number = errno}, proc);
	if (proc < 0)
		_exit(1);
	close(proc);
	sigset_t awaited;
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGNAL_ORDER);
	for (;;) {
		siginfo_t info;
		if (!runner.pid && !program.pid)
			take_order(true);
		else if (syscall(SYS_rt_sigtimedwait, &awaited, &info, NULL, 8) == SIGCHLD)
			children_ended();
		else if (info.si_signo == SIGNAL_ORDER)
			signal_came((uint32_t)info.si_value.sival_int);
	}
}
