/* Level-triggered: what a turn leaves unread is reported again, so nothing here needs draining. */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "channel.h"

static int epoll_fd = -1;

void loop_open(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		fatal_errno("epoll");
}

void loop_watch(int fd, enum tag tag, bool write)
{
	struct epoll_event event = {.events = write ? EPOLLOUT : EPOLLIN, .data.u32 = tag};
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) && errno != EEXIST)
		fatal_errno("epoll");
}

void loop_unwatch(int fd)
{
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

unsigned loop_wait(int timeout_ms)
{
	struct epoll_event events[8];
	unsigned ready = 0;
	int count = epoll_wait(epoll_fd, events, 8, timeout_ms);
	for (int i = 0; i < count; i++)
		ready |= events[i].data.u32;
	return ready;
}

unsigned long long now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000000000u + (unsigned long long)t.tv_nsec;
}
