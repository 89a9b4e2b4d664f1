/* Capabilities the sandbox must be given: SYS_ADMIN (mounts, namespaces), SYS_CHROOT, SETPCAP (bounding
   set), SETUID, SETGID, KILL, SYS_RESOURCE (limits of others), CHOWN, DAC_OVERRIDE and FOWNER (files in
   folders that a program owns). A program has none of them: it is executed under another uid with an
   empty bounding set. */
#include "privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "channel.h"
#include "sys.h"

#define BIT(cap) (1u << (cap))

/* Keeps of these what there is; what is missing shows when it is needed. */
static long capabilities(uint32_t keep)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	long failed = sys(SYS_capget, &head, data);
	if (failed)
		return failed;
	keep &= data[0].permitted;
	data[0] = (struct __user_cap_data_struct){keep, keep, 0};
	data[1] = (struct __user_cap_data_struct){0, 0, 0};
	return sys(SYS_capset, &head, data);
}

static void change_root(void)
{
	/* The workspace's mountpoint serves to hang the second view of the root on; seen from inside that
	   view it is free again. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fatal_errno("cannot make mounts private");
	if (mount("/", "/workspace", NULL, MS_BIND | MS_REC, NULL) || chroot("/workspace") || chdir("/"))
		fatal_errno("cannot change the root");
}

void privilege_boot(void)
{
	change_root();
	if (setgroups(0, NULL))
		fatal_errno("cannot leave groups");
	for (int cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	if (errno != EINVAL) /* that is the number after the last capability */
		fatal_errno("cannot empty the bounding set");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* gVisor knows no ambient set */
	if (capabilities(BIT(CAP_SYS_ADMIN) | BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_KILL) |
	                 BIT(CAP_SYS_RESOURCE) | BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER)))
		fatal("cannot set capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fatal_errno("cannot set no_new_privs");
}

long privilege_init(gid_t gid)
{
	long failed = sys(SYS_setresgid, gid, gid, gid);
	return failed ? failed : capabilities(BIT(CAP_SETUID) | BIT(CAP_KILL) | BIT(CAP_SYS_RESOURCE));
}
