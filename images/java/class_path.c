/* What `java` itself does in its launcher (wildcard.c of the JDK): the order is that of the folder. */
#define _GNU_SOURCE
#include "class_path.h"
#include "park.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
class_path_is_archive(const char *entry)
{
    size_t length = strlen(entry);
    const char *suffix = entry + length - 4;
    return length > 4 && (strcmp(suffix, ".jar") == 0 || strcmp(suffix, ".JAR") == 0);
}

/* Writes the archives of a folder, each with a colon before it. Whether there was one. */
static bool
list(FILE *to, const char *folder)
{
    bool any = false;
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (class_path_is_archive(entry->d_name) && strchr(entry->d_name, ':') == NULL) {
            fprintf(to, ":%s/%s", folder, entry->d_name);
            any = true;
        }
    closedir(entries);
    return any;
}

char *
class_path_listed(const char *class_path)
{
    char *listed = NULL, *copy = strdup(class_path);
    size_t size;
    bool any = false;
    FILE *to = open_memstream(&listed, &size);
    if (to == NULL || copy == NULL)
        park_give_up("out of memory");
    for (char *rest = copy, *entry; (entry = strsep(&rest, ":")) != NULL;) {
        size_t length = strlen(entry);
        bool is_folder = length > 2 && strcmp(entry + length - 2, "/*") == 0;
        if (is_folder)
            entry[length - 2] = '\0';
        if (is_folder && list(to, entry))
            any = true;
        else
            fprintf(to, ":%s%s", entry, is_folder ? "/*" : "");
    }
    fclose(to);
    free(copy);
    if (any)
        memmove(listed, listed + 1, size); /* without the first colon */
    else {
        free(listed);
        listed = NULL;
    }
    return listed;
}
