/* Every process gets its pipes with the order that starts it, as descriptors in the message. The runner's
   pid, which its limits are set by, comes from the kernel with the byte that it writes when it is ready:
   the pid that init knows is one of another namespace. */
#include "cell.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "limits.h"
#include "message.h"

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int pipes_make(struct pipes *pipes)
{
	*pipes = (struct pipes){{-1, -1, -1}, {-1, -1, -1}};
	for (int i = 0; i < 3; i++) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC))
			return -1;
		int writes = i == 0; /* into its input */
		pipes->ours[i] = ends[writes];
		pipes->theirs[i] = ends[!writes];
		if (fcntl(pipes->ours[i], F_SETFL, O_NONBLOCK))
			return -1;
	}
	return 0;
}

static void drop_theirs(struct pipes *pipes)
{
	for (int i = 0; i < 3; i++)
		drop(&pipes->theirs[i]);
}

void pipes_drop(struct pipes *pipes)
{
	for (int i = 0; i < 3; i++)
		drop(&pipes->ours[i]);
	drop_theirs(pipes);
}

int cell_make(struct cell *cell, const struct cell_config *config)
{
	int ends[2];
	*cell = (struct cell){.control = -1, .proc = -1, .park = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	if (pipes_make(&cell->pipes))
		return -1;
	cell->control = ends[0];
	cell->init = (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0);
	if (cell->init == 0)
		init_run(ends[1], config);
	close(ends[1]);
	return cell->init < 0 ? -1 : 0;
}

void cell_end(struct cell *cell)
{
	if (cell->init <= 0)
		return;
	kill(cell->init, SIGKILL);
	while (waitpid(cell->init, NULL, 0) < 0 && errno == EINTR)
		;
	cell->init = 0;
	drop(&cell->control);
	drop(&cell->proc);
	drop(&cell->park);
	pipes_drop(&cell->pipes);
}

bool cell_take_report(struct cell *cell, struct report *report)
{
	int fd;
	ssize_t size = message_take_fd(cell->control, report, sizeof *report, &fd);
	if (fd >= 0)
		cell->proc = fd;
	return size == sizeof *report;
}

static int send_order(struct cell *cell, bool park, struct bytes text, const struct limits *limits,
                      const int *fds)
{
	struct order order = {.park = park, .limited = limits != NULL};
	if (limits)
		order.limits = *limits;
	if (message_send(cell->control, &order, sizeof order, text.at, text.size, fds, park ? 4 : 3))
		return -1;
	cell->orders++;
	return 0;
}

int cell_park(struct cell *cell, struct bytes text, const struct limits *limits)
{
	int ends[2], yes = 1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	cell->park = ends[0];
	const int *theirs = cell->pipes.theirs;
	const int fds[4] = {theirs[0], theirs[1], theirs[2], ends[1]};
	int failed = setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) ||
	             send_order(cell, true, text, limits, fds);
	close(ends[1]);
	drop_theirs(&cell->pipes);
	if (limits)
		cell->runner_limits = *limits;
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

int cell_start_runner(struct cell *cell, struct bytes text, const struct limits *limits)
{
	uint32_t size = (uint32_t)text.size;
	struct iovec parts[2] = {{&size, sizeof size}, {(void *)text.at, text.size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	const struct limits *before = cell->runner_limits.open_files ? &cell->runner_limits : NULL;
	if (limits_apply(cell->runner, before, limits))
		return -1;
	ssize_t sent = sendmsg(cell->park, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	int number = sent < 0 ? errno : EMSGSIZE;
	drop(&cell->park);
	errno = number == EPIPE ? ESRCH : number;
	return sent == (ssize_t)(sizeof size + text.size) ? 0 : -1;
}

int cell_start_process(struct cell *cell, struct pipes *pipes, struct bytes text, const struct limits *limits)
{
	bool has_child = cell->orders > 0;
	if (send_order(cell, false, text, limits, pipes->theirs))
		return -1;
	if (has_child)
		cell_signal(cell, 0, WHAT_READ);
	drop_theirs(pipes);
	return 0;
}

void cell_signal(struct cell *cell, uint32_t order, int what)
{
	siginfo_t info = {.si_code = SI_QUEUE, .si_value.sival_int = (int)(order << 8 | (unsigned)what)};
	syscall(SYS_rt_sigqueueinfo, cell->init, SIGNAL_ORDER, &info);
}
