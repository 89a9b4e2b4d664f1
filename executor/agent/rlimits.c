/* A parked runner gets its limits from outside at START, by prlimit(2). In gVisor 20240729 that can lower
   hard limits but never raise them, whoever asks (the target's capabilities are what counts); that is why
   a runner is parked with the highest. What init starts inherits from init, which may raise its own. */
#include "rlimits.h"

#include <sys/resource.h>

#include "channel.h"
#include "sys.h"

enum { OPEN_FILES_MAX = 1 << 20 }; /* what kernels allow unless they are told otherwise */

static long set(pid_t pid, int resource, uint64_t value)
{
	uint64_t limit[2] = {value, value};
	return sys(SYS_prlimit64, pid, resource, limit, NULL);
}

static void raise_hard(int resource, uint64_t value)
{
	uint64_t limit[2];
	if (sys(SYS_prlimit64, 0, resource, NULL, limit))
		return;
	limit[1] = value;
	sys(SYS_prlimit64, 0, resource, limit, NULL); /* where that is refused, START may be */
}

void limits_boot(void)
{
	if (set(0, RLIMIT_CORE, 0) || set(0, RLIMIT_MEMLOCK, 0))
		fatal("cannot set limits");
	raise_hard(RLIMIT_NPROC, RLIM_INFINITY);
	raise_hard(RLIMIT_FSIZE, RLIM_INFINITY);
	raise_hard(RLIMIT_STACK, RLIM_INFINITY);
	raise_hard(RLIMIT_NOFILE, OPEN_FILES_MAX);
}

long limits_apply(pid_t pid, const struct limits *from, const struct limits *to)
{
	const struct {
		int resource;
		uint64_t before, after;
	} all[] = {
		{RLIMIT_NPROC, from ? from->processes : 0, to->processes},
		{RLIMIT_NOFILE, from ? from->open_files : 0, to->open_files},
		{RLIMIT_FSIZE, from ? from->file_bytes : 0, to->file_bytes},
		{RLIMIT_STACK, from ? from->stack_bytes : 0, to->stack_bytes},
	};
	long failed = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all && !failed; i++)
		if (!from || all[i].before != all[i].after)
			failed = set(pid, all[i].resource, all[i].after);
	return failed;
}

