#pragma once

/* Has bash write down what it exports as it exits, if that is not what it was given: `env`, which must stay. */
void exported_watch(char *const *env);
