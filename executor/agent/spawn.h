/* Starts a program under the unprivileged uid. */
#ifndef SPAWN_H
#define SPAWN_H
#include <sys/types.h>

/* The new process has the caller's fds that are not close-on-exec, gid, limits, umask and directory, its
   own session, and no blocked signals. Returns its pid, or -errno also when exec has failed. */
long spawn(uid_t uid, char **argv, char **env);

#endif
