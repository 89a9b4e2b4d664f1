/* PID 1 of a cell. */
#ifndef INIT_H
#define INIT_H
#include <stdint.h>
#include <sys/types.h>

struct cell_config {
	uid_t uid;
	gid_t gid;
	char tmp_options[96], build_options[96]; /* of the tmpfs on /tmp and its like, and of that on /build */
};

/* Lives in the fresh namespaces, on one end of the control socket, until it is killed. There is one at a
   time. */
_Noreturn void init_run(int control, const struct cell_config *config);

#endif
