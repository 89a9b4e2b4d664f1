/* Which programs are simple enough to compile them without asking go. */
#ifndef HEARTH_SIMPLE_H
#define HEARTH_SIMPLE_H

#include <stdbool.h>

/* Whether these files are one package, outside of any module, in which go would find nothing but what the
 * compiler finds too: no build constraint, embedded file, directive for the linker, or C. */
bool is_simple(char *const *sources);

#endif
