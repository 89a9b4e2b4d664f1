/* Watches the environment of a program that a runner has started afresh. */
#include "environment.h"

#include <string.h>

/* The variable that has it preloaded is the last one, so that what the kernel shows of the environment just ends
 * in zeros. */
__attribute__((constructor)) static void
begin(int argc, char **argv, char **env)
{
    (void)argc, (void)argv;
    char **last = env;
    if (*env == NULL)
        return;
    while (last[1] != NULL)
        last++;
    if (strcmp(*last, ENVIRONMENT_PRELOAD) != 0)
        return;
    memset(*last, 0, strlen(*last));
    *last = NULL;
    environment_watch(env, NULL);
}
