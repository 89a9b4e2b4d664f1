/* Who may do what. The agent gives up at boot, for itself and so for all that it ever makes, what can be
   given up without losing its work; each cell's init gives up the rest but what starting processes takes. */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H
#include <sys/types.h>

/* Empties the bounding, inheritable and ambient sets and the group list, sets no_new_privs, and moves
   into a changed root: in one, no user namespace can be made, which in gVisor would lift RLIMIT_NPROC. */
void privilege_boot(void);
/* Init keeps uid 0 with the capabilities to become the unprivileged uid, to raise limits and to kill.
   0, or -errno. */
long privilege_init(gid_t gid);

#endif
