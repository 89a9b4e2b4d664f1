/* One message of a SOCK_SEQPACKET pair, with file descriptors. All return -errno when they fail: -EAGAIN when
   nothing is there now, -EPIPE when the other end is gone. */
#ifndef MESSAGE_H
#define MESSAGE_H
#include <stdbool.h>
#include <stddef.h>

/* Sends head and body as one message; 0 when it is sent. Never raises SIGPIPE. */
long message_send(int socket, const void *head, size_t head_size, const void *body, size_t body_size,
                  const int *fds, int count);
/* Takes one message; its size. Its fds take the lowest free numbers. */
long message_take(int socket, void *to, size_t room, bool wait);
/* The same for messages that may bring two fds, which come close-on-exec; both are -1 without. */
long message_take_fds(int socket, void *to, size_t room, int fds[2]);

#endif
