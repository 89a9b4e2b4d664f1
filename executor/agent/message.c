/* Plain sendmsg and recvmsg; room for four descriptors is enough for 0, 1, 2 and a park socket. */
#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "sys.h"

union room {
	struct cmsghdr align;
	char space[CMSG_SPACE(4 * sizeof(int))];
};

long message_send(int socket, const void *head, size_t head_size, const void *body, size_t body_size,
                  const int *fds, int count)
{
	struct iovec parts[2] = {{(void *)head, head_size}, {(void *)body, body_size}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = body_size ? 2 : 1};
	union room room = {0};
	if (count) {
		message.msg_control = room.space;
		message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, (size_t)count * sizeof(int));
	}
	long sent;
	do
		sent = sys(SYS_sendmsg, socket, &message, MSG_NOSIGNAL);
	while (sent == -EINTR);
	return sent < 0 ? sent : 0;
}

static long take(int socket, void *to, size_t size, int flags, union room *room, struct msghdr *message)
{
	struct iovec part = {to, size};
	*message = (struct msghdr){
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = room->space, .msg_controllen = sizeof room->space};
	long got;
	do
		got = sys(SYS_recvmsg, socket, message, flags);
	while (got == -EINTR);
	return got == 0 ? -EPIPE : got;
}

long message_take(int socket, void *to, size_t size, bool wait)
{
	union room room;
	struct msghdr message;
	return take(socket, to, size, wait ? 0 : MSG_DONTWAIT, &room, &message);
}

long message_take_fds(int socket, void *to, size_t size, int fds[2])
{
	union room room;
	struct msghdr message;
	fds[0] = fds[1] = -1;
	long got = take(socket, to, size, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, &room, &message);
	struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(c), 2 * sizeof *fds);
	return got;
}
