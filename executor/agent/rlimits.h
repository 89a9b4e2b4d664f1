/* Resource limits, soft and hard alike. */
#ifndef RLIMITS_H
#define RLIMITS_H
#include <sys/types.h>
#include "frames.h"

/* At boot: no core files and no locked memory for all that ever runs here; the other hard limits as high as
   they go, so that any START can be met. */
void limits_boot(void);
/* Sets those limits of `pid` (0: the caller) in which `to` differs from `from`; `from` may be NULL.
   0, or -errno. */
long limits_apply(pid_t pid, const struct limits *from, const struct limits *to);

#endif
