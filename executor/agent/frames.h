/* The shapes of PROTOCOL.md and the parser of what the executor sends. The parser is pure: it looks at
   bytes that are already there, allocates nothing and calls nothing, so that a fuzzer can drive it. */
#ifndef FRAMES_H
#define FRAMES_H
#include <stddef.h>
#include <stdint.h>

enum { FRAME_HEADER = 5, FRAME_MAX = 65536 };

enum frame_type {
	CONFIGURE = 0x01, PARK, FILE_FIRST, FILE_MORE, START, STDIN, STDIN_EOF, SIGNAL, KILL, SAVE, REMOVE,
	HELLO = 0x81, PARKED, STDOUT, STDERR, EXIT, CREDIT, ERROR, SAVED_ENTRY, SAVED_MORE, SAVED,
};

struct bytes {
	const uint8_t *at;
	size_t size;
};

/* A `strs` of the protocol as it lies in the frame: its count and the strings, NUL after each. */
struct strs {
	uint32_t count;
	struct bytes raw; /* with the count in front */
};

struct limits {
	uint64_t processes, open_files, file_bytes, stack_bytes;
};

/* How deep folders may lie in each other. */
enum { DEPTH_LIMIT = 128 };

enum entry_kind { FILE_ENTRY, FOLDER_ENTRY, LINK_ENTRY, SAME_ENTRY /* SAVED_ENTRY only */ };

/* FILE and SAVED_ENTRY. */
struct entry {
	uint8_t place, kind;
	uint32_t mode;
	uint64_t mtime_ns; /* 0: now */
	struct bytes name, content; /* of a link: where it leads */
};

/* What a SAVE asks for. */
enum { SAVE_CHANGED = 1, SAVE_ENVIRONMENT = 2 };
struct save {
	uint8_t place, what;
	uint64_t max_bytes;
};

struct frame {
	enum frame_type type;
	union {
		struct {
			uint32_t uid, gid, stdin_window;
			uint64_t tmp_bytes, workspace_bytes;
			struct strs argv, env;
		} configure;
		struct {
			uint8_t keep;
		} park;
		struct entry file;
		struct {
			uint8_t parked;
			uint8_t further; /* the runner will be given another stage after this one */
			struct limits limits;
			uint64_t cpu_ms;
			struct strs argv, env;
			struct bytes program; /* argv and env as one piece: what a parked runner is given */
		} start;
		struct {
			uint8_t number;
		} signal;
		struct save save;
		struct {
			uint8_t place;
			struct bytes name;
		} remove;
		struct bytes data; /* FILE_MORE, STDIN */
	};
};

/* How many bytes of `in` the first frame takes; 0 when it is not complete yet; -1 when it is malformed,
   and then `*why` says what is wrong with it. */
int frame_next(struct bytes in, struct frame *frame, const char **why);

/* Writes an entry up to its content; how much that is. Its name has at most PATH_MAX bytes. */
size_t entry_head(const struct entry *entry, uint8_t *to);

/* Fills `out` (room for strs.count + 1) with pointers into the frame, and a NULL. */
void strs_unpack(struct strs strs, char **out);

/* Reads the strs at the front of `in` and moves `in` behind it; 0, or -1 when there is none. */
int strs_take(struct bytes *in, struct strs *out);

#endif
