/* Data goes straight from the frame into the pipe; only what does not fit is copied to the ring, and only
   then is the pipe watched. What the pipe has taken counts as taken by the program. A program that has
   closed its input takes everything, into nothing, so that the executor does not stall on it. */
#include "stdin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "channel.h"
#include "loop.h"

enum { WINDOW_MAX = 16 * 1024 * 1024 };

static uint8_t *ring;
static uint32_t window;
static size_t begin, queued;   /* in the ring */
static size_t lent, taken;     /* of the window: not returned yet, and of that already in the pipe */
static int pipe_fd = -1;
static bool ended, watched;

void stdin_window(uint32_t bytes)
{
	if (bytes > WINDOW_MAX)
		fatal("a window that is too large");
	window = bytes;
	ring = malloc(bytes ? bytes : 1);
	if (!ring)
		fatal_errno("the input queue");
}

void stdin_open(int fd)
{
	stdin_close();
	begin = queued = lent = taken = 0;
	ended = false;
	pipe_fd = fd;
}

void stdin_close(void)
{
	if (pipe_fd >= 0)
		close(pipe_fd);
	pipe_fd = -1;
	watched = false;
	queued = 0;
}

static void credit(size_t size)
{
	taken += size;
	if (size == 0 || taken < (window + 1) / 2)
		return;
	uint32_t returned = (uint32_t)taken;
	channel_put(CREDIT, &returned, sizeof returned);
	lent -= taken;
	taken = 0;
}

/* What the pipe took of these pieces; all of it when nobody will ever read. */
static size_t push(const struct iovec *parts, int count)
{
	size_t size = parts[0].iov_len + (count > 1 ? parts[1].iov_len : 0);
	ssize_t put = pipe_fd < 0 ? (ssize_t)size : writev(pipe_fd, parts, count);
	if (put < 0 && errno != EAGAIN && errno != EINTR) {
		stdin_close();
		return size;
	}
	return put < 0 ? 0 : (size_t)put;
}

static void watch(void)
{
	if (queued && !watched && pipe_fd >= 0)
		loop_watch(pipe_fd, ON_STDIN, true);
	else if (!queued && watched && pipe_fd >= 0)
		loop_unwatch(pipe_fd);
	watched = queued && pipe_fd >= 0;
	if (!queued && ended)
		stdin_close();
}

void stdin_put(struct bytes data)
{
	if (ended)
		fatal("STDIN after STDIN_EOF");
	if (data.size > window - lent)
		fatal("STDIN beyond the window");
	lent += data.size;
	if (!queued && data.size) {
		size_t put = push(&(struct iovec){(void *)data.at, data.size}, 1);
		data.at += put;
		data.size -= put;
		credit(put);
	}
	while (data.size) {
		size_t at = (begin + queued) % window, room = window - at;
		size_t size = data.size < room ? data.size : room;
		memcpy(ring + at, data.at, size);
		queued += size;
		data.at += size;
		data.size -= size;
	}
	watch();
}

void stdin_eof(void)
{
	ended = true;
	watch();
}

void stdin_feed(void)
{
	if (queued) {
		size_t first = window - begin < queued ? window - begin : queued;
		struct iovec parts[2] = {{ring + begin, first}, {ring, queued - first}};
		size_t before = queued;
		size_t put = push(parts, 2);
		begin = (begin + put) % window;
		queued = before - put;
		credit(put);
	}
	watch();
}
