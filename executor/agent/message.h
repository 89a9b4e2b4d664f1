/* One message of a SOCK_SEQPACKET pair, with file descriptors. When the other end is gone errno is EPIPE. */
#ifndef MESSAGE_H
#define MESSAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Sends head and body as one message; 0, or -1 with errno. Never raises SIGPIPE. */
int message_send(int socket, const void *head, size_t head_size, const void *body, size_t body_size,
                 const int *fds, int count);
/* Takes one message. Its fds take the lowest free numbers. -1: nothing is there, or ever will be. */
ssize_t message_take(int socket, void *to, size_t room, bool wait);
/* The same for messages with at most one fd, which comes close-on-exec; `*fd` is -1 without. */
ssize_t message_take_fd(int socket, void *to, size_t room, int *fd);

#endif
