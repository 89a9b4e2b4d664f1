/* The two folders that the executor puts files into and takes them from. */
#ifndef PLACES_H
#define PLACES_H
#include <stdint.h>
#include <sys/types.h>

/* As frames number them. The workspace outlives cells, what was compiled belongs to one. */
enum place { WORKSPACE, BUILD, PLACES };

/* Who owns what is made in them. */
extern uid_t place_uid;
extern gid_t place_gid;

/* Mounts an empty workspace, throwing away the one before. */
void place_renew_workspace(uid_t uid, gid_t gid, uint64_t bytes);
/* The cell's /build, which only the cell has mounted: an fd of it, or -1 when there is no cell. */
void place_set_build(int fd);
/* An fd of the folder; -1 with errno when it is not there. Not the caller's to close. */
int place_root(enum place place);

#endif
