/* PID 1 of a cell. */
#ifndef INIT_H
#define INIT_H
#include <stdint.h>
#include <sys/types.h>

struct cell_config {
	uid_t uid;
	gid_t gid;
	uint64_t tmp_bytes;
};

/* Lives in the fresh namespaces, on one end of the control socket, until it is killed. */
_Noreturn void init_run(int control, const struct cell_config *config);

#endif
