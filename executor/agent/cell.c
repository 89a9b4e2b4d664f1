/* Every process gets its pipes with the order that starts it, as descriptors in the message. The runner's
   pid, which its limits are set by, comes from the kernel with the byte that it writes when it is ready:
   the pid that init knows is one of another namespace. */
#include "cell.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rlimits.h"
#include "message.h"
#include "places.h"

enum { SPACES = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC };

#ifdef __SANITIZE_ADDRESS__ /* it cannot follow a stack that is left by being killed: a copy, then */
static pid_t make_init(int control, const struct cell_config *config)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SPACES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		init_run(control, config);
	return pid;
}
#else
struct birth {
	int control;
	const struct cell_config *config;
};

static int be_born(void *arg)
{
	struct birth *birth = arg;
	init_run(birth->control, birth->config);
}

static pid_t make_init(int control, const struct cell_config *config)
{
	static uint8_t stack[65536] __attribute__((aligned(16)));
	static struct birth birth;
	birth = (struct birth){control, config};
	return clone(be_born, stack + sizeof stack, CLONE_VM | SPACES | SIGCHLD, &birth);
}
#endif

int cell_make(struct cell *cell, const struct cell_config *config)
{
	int ends[2];
	*cell = (struct cell){.control = -1, .proc = -1, .park = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	cell->control = ends[0];
	cell->init = -1;
	if (!pipes_make(&cell->pipes))
		cell->init = make_init(ends[1], config);
	close(ends[1]);
	return cell->init < 0 ? -1 : 0;
}

void cell_end(struct cell *cell)
{
	if (cell->init == 0)
		return;
	if (cell->init > 0) {
		kill(cell->init, SIGKILL);
		while (waitpid(cell->init, NULL, 0) < 0 && errno == EINTR)
			;
	}
	cell->init = 0;
	fd_drop(&cell->control);
	fd_drop(&cell->proc);
	place_set_build(-1);
	fd_drop(&cell->park);
	pipes_drop(&cell->pipes);
}

bool cell_take_report(struct cell *cell, struct report *report)
{
	int fds[2];
	long size = message_take_fds(cell->control, report, sizeof *report, fds);
	if (fds[0] >= 0) {
		cell->proc = fds[0];
		place_set_build(fds[1]);
	}
	errno = size < 0 ? (int)-size : 0;
	return size == sizeof *report;
}

static int send_order(struct cell *cell, bool park, struct bytes text, const struct limits *limits,
                      const int *fds)
{
	struct order order = {.park = park};
	if (limits)
		order.limits = *limits;
	long failed = message_send(cell->control, &order, sizeof order, text.at, text.size, fds, park ? 4 : 3);
	errno = (int)-failed;
	cell->orders += !failed;
	return failed ? -1 : 0;
}

int cell_park(struct cell *cell, struct bytes text)
{
	int ends[2], yes = 1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	cell->park = ends[0];
	const int *theirs = cell->pipes.theirs;
	const int fds[4] = {theirs[0], theirs[1], theirs[2], ends[1]};
	int failed = setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) ||
	             send_order(cell, true, text, NULL, fds);
	close(ends[1]);
	pipes_drop_theirs(&cell->pipes);
	return failed ? -1 : 0;
}

bool cell_runner_ready(struct cell *cell)
{
	char byte;
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(struct ucred))];
	} room;
	struct iovec part = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = room.space, .msg_controllen = sizeof room};
	if (recvmsg(cell->park, &message, MSG_DONTWAIT) != 1)
		return false;
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	if (!c || c->cmsg_type != SCM_CREDENTIALS)
		return false;
	struct ucred who;
	memcpy(&who, CMSG_DATA(c), sizeof who);
	cell->runner = who.pid;
	return true;
}

int cell_start_runner(struct cell *cell, struct bytes text, const struct limits *limits, bool further)
{
	uint32_t size = (uint32_t)text.size;
	struct iovec parts[2] = {{&size, sizeof size}, {(void *)text.at, text.size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	long failed = limits_apply(cell->runner, NULL, limits);
	errno = (int)-failed;
	if (failed)
		return -1;
	ssize_t sent = sendmsg(cell->park, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	int number = sent < 0 ? errno : EMSGSIZE;
	if (!further || number == EPIPE)
		fd_drop(&cell->park);
	errno = number == EPIPE ? ESRCH : number;
	return sent == (ssize_t)(sizeof size + text.size) ? 0 : -1;
}

int cell_runner_status(struct cell *cell)
{
	uint8_t status;
	return recv(cell->park, &status, 1, MSG_DONTWAIT) == 1 ? status : -1;
}

int cell_start_process(struct cell *cell, struct pipes *pipes, struct bytes text, const struct limits *limits)
{
	bool has_child = cell->orders > 0;
	if (send_order(cell, false, text, limits, pipes->theirs))
		return -1;
	if (has_child)
		cell_signal(cell, 0, WHAT_READ);
	pipes_drop_theirs(pipes);
	return 0;
}

void cell_signal(struct cell *cell, uint32_t order, int what)
{
	siginfo_t info = {.si_code = SI_QUEUE, .si_value.sival_int = (int)(order << 8 | (unsigned)what)};
	syscall(SYS_rt_sigqueueinfo, cell->init, SIGNAL_ORDER, &info);
}
