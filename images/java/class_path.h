#pragma once

#include <stdbool.h>

/* A class path as `java` makes it of its option: where an entry is a folder and an asterisk, with the archives that
 * are there instead. NULL when there are none. */
char *class_path_listed(const char *class_path);

bool class_path_is_archive(const char *entry);
