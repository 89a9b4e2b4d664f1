/* Resource limits, soft and hard alike. */
#ifndef LIMITS_H
#define LIMITS_H
#include <sys/types.h>
#include "frames.h"

/* Sets those limits of `pid` (0: the caller) in which `to` differs from `from`; `from` may be NULL.
   0, or -1 with errno. */
int limits_apply(pid_t pid, const struct limits *from, const struct limits *to);
/* The limits that are the same for all that ever runs here: no core files, no locked memory. */
int limits_fixed(void);

#endif
