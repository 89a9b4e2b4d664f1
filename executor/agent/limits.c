/* A parked runner is started under the limits of the START before, since the next is most often alike;
   what differs then is set from outside with prlimit(2), which is the only cost at START. */
#include "limits.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int set(pid_t pid, int resource, uint64_t value)
{
	uint64_t limit[2] = {value, value};
	return (int)syscall(SYS_prlimit64, pid, resource, limit, NULL);
}

int limits_apply(pid_t pid, const struct limits *from, const struct limits *to)
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
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((!from || all[i].before != all[i].after) && set(pid, all[i].resource, all[i].after))
			return -1;
	return 0;
}

int limits_fixed(void)
{
	return set(0, RLIMIT_CORE, 0) || set(0, RLIMIT_MEMLOCK, 0) ? -1 : 0;
}
