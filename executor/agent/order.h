/* What the agent and a cell's init say to each other over a SOCK_SEQPACKET pair, one message each.
   Orders carry the file descriptors of the new process; because init keeps 0 to 3 free, they arrive as
   exactly the numbers that the process shall have. */
#ifndef ORDER_H
#define ORDER_H
#include <stdint.h>
#include <sys/types.h>
#include "frames.h"

/* An order is this and then `strs argv, strs env`. Orders are numbered from 1 in each cell. */
struct order {
	uint32_t park; /* the process is the parked runner: fd 3 is its socket */
	struct limits limits; /* of another process than the runner */
};

/* Init waits either for orders or, while it has children, for signals. So an order is followed by this
   signal when a child may be there; its value is the order's number << 8 | what. */
enum { SIGNAL_ORDER = 40, WHAT_READ = 0, WHAT_KILL = 255 }; /* else: a signal for the order's process */

struct report {
	enum { CELL_READY = 1, CELL_FAILED, PROCESS_ENDED, PROCESS_FAILED } kind;
	uint32_t order;  /* whose process */
	int32_t status;  /* as wait(2) says it */
	int32_t number;  /* errno of a failure */
	uint64_t cpu_ns; /* of all that init reaped since the order, or since the report before */
	uint64_t max_rss;
};

#endif
