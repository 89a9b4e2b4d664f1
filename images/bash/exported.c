/* What bash would give a command as its environment, after its last line.
 *
 * bash keeps variables in tables of its own and makes an array of them when a command needs one. It exports its
 * symbols for loadable builtins; by these it is asked to make that array once more.
 */
#define _GNU_SOURCE
#include "exported.h"
#include "environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* bash's variables.c and execute_cmd.c. */
extern void maybe_make_export_env(void);
extern char **export_env;
extern int array_needs_making, subshell_environment;
/* Tables of variables: those that hold now, the script's own, and one command's. */
extern void *shell_variables, *global_variables, *temporary_env;

static char *const *given;

/* Does the shell set this one by itself? */
static bool
is_the_shells(const char *variable)
{
    static const char *const names[] = {"OLDPWD=", "PWD=", "SHLVL=", "_="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(names[i], variable, strlen(names[i])) == 0)
            return true;
    return false;
}

static size_t
count(char *const *strings)
{
    size_t found = 0;
    while (strings[found] != NULL)
        found++;
    return found;
}

static char **
append(char **to, char *const *from, bool the_shells)
{
    for (; *from != NULL; from++)
        if (is_the_shells(*from) == the_shells)
            *to++ = *from;
    return to;
}

/* What the script exports, outside of the function that it ended in; of what the shell sets, what it was given. */
static char **
exported(void)
{
    if (subshell_environment != 0)
        return NULL;
    shell_variables = global_variables;
    temporary_env = NULL;
    array_needs_making = 1;
    maybe_make_export_env();

    char **all = malloc((count(export_env) + count(given) + 1) * sizeof *all);
    if (all != NULL)
        *append(append(all, export_env, false), given, true) = NULL;
    return all;
}

void
exported_watch(char *const *env)
{
    given = env;
    environment_watch(env, exported);
}
