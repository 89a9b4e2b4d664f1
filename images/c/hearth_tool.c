/* A compiler, assembler or linker that has started and waits for its arguments.
 *
 * Preloaded into a dynamically linked executable, with HEARTH_TOOL=N in its environment. When the loader
 * has loaded and relocated everything and all constructors have run, libc would call main(): then the
 * process waits for a message on socket N, and calls main() with the arguments and the environment in it.
 * In gVisor the loader's work and the first touch of each page are most of what a short compilation costs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "park.h"

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

enum {
	PAGE = 4096,
	HEAP = 8 << 20, /* what the smallest compilations fill anyway */
};

static main_function *real_main;

static uintptr_t
page_of(uintptr_t address)
{
	return address & ~(uintptr_t)(PAGE - 1);
}

/* Reads each page of a segment; those that may be written are written too, unchanged, so that they are copied
 * now. What was made read-only after its relocation has been. */
static int
touch_object(struct dl_phdr_info *object, size_t size, void *unused)
{
	(void)size, (void)unused;
	uintptr_t fixed = 0, fixed_end = 0;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
			fixed = page_of(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
			fixed_end = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr + object->dlpi_phdr[i].p_memsz;
		}
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R))
			continue;
		uintptr_t at = page_of(object->dlpi_addr + segment->p_vaddr);
		uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
		for (; at < end; at += PAGE) {
			volatile char *byte = (volatile char *)at;
			char value = *byte;
			if ((segment->p_flags & PF_W) && !(at >= fixed && at < fixed_end))
				*byte = value;
		}
	}
	return 0;
}

static void
touch_heap(void)
{
	mallopt(M_TRIM_THRESHOLD, 4 * HEAP); /* or free() would give it back at once */
	mallopt(M_MMAP_THRESHOLD, 2 * HEAP);
	mallopt(M_TOP_PAD, HEAP / 8);
	char *heap = malloc(HEAP);
	for (size_t i = 0; heap != NULL && i < HEAP; i += PAGE)
		*(volatile char *)(heap + i) = 0;
	free(heap);
}

static int
parked_main(int argc, char **argv, char **env)
{
	int socket = park_socket(PARK_TOOL_VARIABLE);
	if (socket < 0)
		return real_main(argc, argv, env);
	dl_iterate_phdr(touch_object, NULL);
	touch_heap();
	struct message message = park_wait(socket);
	close(socket);
	environ = message.env;
	return real_main((int)message.argc, message.argv, environ);
}

__attribute__((visibility("default"))) int
__libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                  void (*loader_fini)(void), void *stack_end)
{
	start_function *next = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
	real_main = main;
	return next(parked_main, argc, argv, init, fini, loader_fini, stack_end);
}
