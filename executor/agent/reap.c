/* A process that forks while kill(-1) walks the list may leave a child behind, so killing is repeated
   until nothing is left. To spare one process and what it has started, all are stopped at once, and then
   killed one by one: what the spared one has started is its own to reap, and would be waited for in vain. */
#include "reap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "sys.h"

static uint64_t ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

pid_t reap(int *status, struct usage *usage, bool wait)
{
	struct rusage used;
	long pid;
	do
		pid = sys(SYS_wait4, -1, status, __WALL | (wait ? 0 : WNOHANG), &used);
	while (pid == -EINTR);
	if (pid > 0) {
		uint64_t rss = (uint64_t)used.ru_maxrss * 1024;
		usage->cpu_ns += ns(used.ru_utime) + ns(used.ru_stime);
		usage->max_rss = rss > usage->max_rss ? rss : usage->max_rss;
	}
	return pid < 0 ? -1 : (pid_t)pid;
}

/* The number that a text begins with; 0 when there is none, as in what /proc holds beside processes. */
static pid_t leading_number(const char *text)
{
	pid_t n = 0;
	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (*text - '0');
	return n;
}

/* What may be killed of a process; its parent, or 0 when it is dead or gone already. */
static pid_t living_parent(int proc, const char *name)
{
	char path[32], text[256];
	size_t length = strlen(name);
	memcpy(path, name, length); /* a number: at most ten digits */
	memcpy(path + length, "/stat", sizeof "/stat");
	long fd = sys(SYS_openat, proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	long size = sys(SYS_read, fd, text, sizeof text - 1);
	sys(SYS_close, fd);
	if (size <= 0)
		return 0;
	text[size] = 0;
	const char *state = strrchr(text, ')'); /* then " S PPID " */
	if (!state || !state[1] || !state[2] || !state[3] || state[2] == 'Z')
		return 0;
	return leading_number(state + 4);
}

/* Whether a process was started by `spare`, or by one that was. All are stopped: nobody changes its parent. */
static bool descends(int proc, pid_t parent, pid_t spare)
{
	while (parent > 1 && parent != spare) {
		char name[12], *at = name + sizeof name;
		*--at = 0;
		for (pid_t left = parent; left > 0; left /= 10)
			*--at = (char)('0' + left % 10);
		parent = living_parent(proc, at);
	}
	return parent == spare;
}

static int kill_all_but(pid_t spare)
{
	int killed = 0;
	char entries[2048];
	long size, proc;
	sys(SYS_kill, -1, SIGSTOP);
	proc = sys(SYS_openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (proc >= 0 && (size = sys(SYS_getdents64, proc, entries, sizeof entries)) > 0)
		for (long at = 0; at < size;) {
			/* struct linux_dirent64: u64 inode, u64 offset, u16 size, u8 type, name */
			const char *name = entries + at + 19;
			pid_t pid = leading_number(name);
			pid_t parent = pid > 1 && pid != spare ? living_parent((int)proc, name) : 0;
			if (parent && !descends((int)proc, parent, spare) && sys(SYS_kill, pid, SIGKILL) == 0)
				killed++;
			uint16_t length;
			memcpy(&length, entries + at + 16, sizeof length);
			at += length;
		}
	if (proc >= 0)
		sys(SYS_close, proc);
	return killed;
}

void kill_others(pid_t spare, struct usage *usage)
{
	int status;
	for (;;) {
		if (!spare)
			sys(SYS_kill, -1, SIGKILL);
		else if (!kill_all_but(spare))
			break;
		if (reap(&status, usage, true) < 0)
			break;
		while (reap(&status, usage, false) > 0)
			;
	}
	if (spare)
		sys(SYS_kill, -1, SIGCONT); /* only they are left */
}
