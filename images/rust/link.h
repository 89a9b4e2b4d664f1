/* How rustc's linker asks for linking, and what it asks for in a linker's own words. */
#ifndef HEARTH_LINK_H
#define HEARTH_LINK_H

#define LINK_PROGRAM "/usr/lib/hearth/rust_link"

enum { LINK_SOCKET = 9 }; /* inherited through rustc */

/* What gcc would call for the arguments that rustc gives it; NULL when there is one that is not known here. */
char **link_words(char *const *command, char *const *arguments);

#endif
