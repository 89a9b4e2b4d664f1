/* A process that forks while kill(-1) walks the list may leave a child behind, so killing is repeated
   until nothing is left. To spare one process all are stopped at once, and then killed one by one. */
#include "reap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

pid_t reap(int *status, struct usage *usage, bool wait)
{
	struct rusage used;
	pid_t pid;
	do
		pid = wait4(-1, status, __WALL | (wait ? 0 : WNOHANG), &used);
	while (pid < 0 && errno == EINTR);
	if (pid > 0) {
		uint64_t rss = (uint64_t)used.ru_maxrss * 1024;
		usage->cpu_ns += ns(used.ru_utime) + ns(used.ru_stime);
		usage->max_rss = rss > usage->max_rss ? rss : usage->max_rss;
	}
	return pid;
}

static bool is_zombie(const char *pid)
{
	char path[64], text[256];
	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	if (size <= 0)
		return true; /* it is gone already */
	text[size] = 0;
	const char *state = strrchr(text, ')');
	return state && state[1] && state[2] == 'Z';
}

static int kill_all_but(pid_t spare)
{
	int killed = 0;
	kill(-1, SIGSTOP);
	DIR *proc = opendir("/proc");
	for (struct dirent *entry; proc && (entry = readdir(proc));) {
		pid_t pid = atoi(entry->d_name);
		if (pid > 1 && pid != spare && !is_zombie(entry->d_name) && kill(pid, SIGKILL) == 0)
			killed++;
	}
	if (proc)
		closedir(proc);
	return killed;
}

void kill_others(pid_t spare, struct usage *usage)
{
	int status;
	for (;;) {
		if (!spare)
			kill(-1, SIGKILL);
		else if (!kill_all_but(spare))
			break;
		if (reap(&status, usage, true) < 0)
			break;
		while (reap(&status, usage, false) > 0)
			;
	}
	if (spare)
		kill(spare, SIGCONT);
}
