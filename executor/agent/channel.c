/* Both directions are flat buffers whose live part is moved to the front only when the room behind it
   runs out, so that frames are parsed, and program output is read, in place. Reading never blocks
   because it is only done when epoll said so; fd 1 is made non-blocking because a write to a pipe that
   is nearly full would block. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	IN_SIZE = 2 * (FRAME_HEADER + FRAME_MAX),
	OUT_SIZE = 2 * CHANNEL_HIGH,
	/* two full frames of output past the mark, and below that small answers */
	OUT_STUFFED = CHANNEL_HIGH + 2 * (FRAME_HEADER + FRAME_MAX),
};

static struct {
	uint8_t data[IN_SIZE];
	size_t begin, end;
} in;

static struct {
	uint8_t data[OUT_SIZE];
	size_t begin, end;
} out;

void fatal(const char *what)
{
	dprintf(2, "agent: %s\n", what);
	_exit(2);
}

void fatal_errno(const char *what)
{
	dprintf(2, "agent: %s: %s\n", what, strerror(errno));
	_exit(2);
}

void channel_open(void)
{
	int flags = fcntl(1, F_GETFL);
	if (flags < 0 || fcntl(1, F_SETFL, flags | O_NONBLOCK) < 0)
		fatal_errno("standard output");
}

bool channel_fill(void)
{
	if (in.begin) {
		memmove(in.data, in.data + in.begin, in.end - in.begin);
		in.end -= in.begin;
		in.begin = 0;
	}
	ssize_t got = read(0, in.data + in.end, IN_SIZE - in.end);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		fatal_errno("standard input");
	if (got > 0)
		in.end += (size_t)got;
	return got != 0;
}

bool channel_next(struct frame *frame)
{
	const char *why;
	int size = frame_next((struct bytes){in.data + in.begin, in.end - in.begin}, frame, &why);
	if (size < 0)
		fatal(why);
	in.begin += (size_t)size;
	return size > 0;
}

size_t channel_queued(void)
{
	return out.end - out.begin;
}

bool channel_stuffed(void)
{
	return channel_queued() > OUT_STUFFED;
}

uint8_t *channel_room(size_t max)
{
	if (OUT_SIZE - out.end < FRAME_HEADER + max && out.begin) {
		memmove(out.data, out.data + out.begin, out.end - out.begin);
		out.end -= out.begin;
		out.begin = 0;
	}
	if (OUT_SIZE - out.end < FRAME_HEADER + max)
		fatal("the queue to the executor overflows");
	return out.data + out.end + FRAME_HEADER;
}

void channel_send(enum frame_type type, size_t size)
{
	uint32_t length = (uint32_t)size;
	memcpy(out.data + out.end, &length, sizeof length);
	out.data[out.end + 4] = (uint8_t)type;
	out.end += FRAME_HEADER + size;
}

void channel_put(enum frame_type type, const void *payload, size_t size)
{
	memcpy(channel_room(size), payload, size);
	channel_send(type, size);
}

void channel_error(int number, const char *text)
{
	uint8_t *to = channel_room(2 + strlen(text));
	uint16_t code = (uint16_t)number;
	memcpy(to, &code, 2);
	memcpy(to + 2, text, strlen(text));
	channel_send(ERROR, 2 + strlen(text));
}

void channel_make_room(void)
{
	while (channel_queued() > CHANNEL_HIGH) {
		struct pollfd output = {1, POLLOUT, 0};
		poll(&output, 1, -1);
		channel_flush();
	}
}

void channel_flush(void)
{
	while (out.begin < out.end) {
		ssize_t put = write(1, out.data + out.begin, out.end - out.begin);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return;
		if (put < 0)
			fatal_errno("standard output");
		out.begin += (size_t)put;
		if (out.begin < out.end)
			return; /* it was cut short: the pipe is full */
	}
	out.begin = out.end = 0;
}
