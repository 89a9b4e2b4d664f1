/* The workspace's file system and the files that the executor puts into it. */
#ifndef WORKSPACE_H
#define WORKSPACE_H
#include <stdint.h>
#include <sys/types.h>
#include "frames.h"

/* Mounts an empty workspace, throwing away the one before. */
void workspace_renew(uid_t uid, gid_t gid, uint64_t bytes);
/* Makes the file (and its folders) and leaves it open for what follows; 0, or an errno. */
int workspace_write(uint32_t mode, struct bytes name, struct bytes content);
int workspace_append(struct bytes content);
/* The file is complete. */
void workspace_close(void);

#endif
