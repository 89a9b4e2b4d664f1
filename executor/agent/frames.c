/* A cursor walks the payload; every take checks what is left and, once one failed, all later ones fail.
   A frame is good when all takes were and the cursor stands exactly at the end. */
#include "frames.h"

#include <string.h>

#include "places.h"

static int take(struct bytes *in, void *to, size_t size)
{
	if (in->size < size)
		return -1;
	memcpy(to, in->at, size); /* x86-64 and arm64 are little-endian, as the wire is */
	in->at += size;
	in->size -= size;
	return 0;
}

static int take_str(struct bytes *in, struct bytes *out)
{
	uint32_t size;
	if (take(in, &size, sizeof size) || in->size < size)
		return -1;
	*out = (struct bytes){in->at, size};
	in->at += size;
	in->size -= size;
	return 0;
}

int strs_take(struct bytes *in, struct strs *out)
{
	const uint8_t *begin = in->at;
	if (take(in, &out->count, sizeof out->count) || out->count > in->size)
		return -1;
	for (uint32_t i = 0; i < out->count; i++) {
		const uint8_t *end = in->size ? memchr(in->at, 0, in->size) : NULL;
		if (!end)
			return -1;
		in->size -= (size_t)(end + 1 - in->at);
		in->at = end + 1;
	}
	out->raw = (struct bytes){begin, (size_t)(in->at - begin)};
	return 0;
}

void strs_unpack(struct strs strs, char **out)
{
	char *at = (char *)strs.raw.at + sizeof strs.count;
	for (uint32_t i = 0; i < strs.count; i++) {
		out[i] = at;
		at += strlen(at) + 1;
	}
	out[strs.count] = NULL;
}

static int take_configure(struct bytes *in, struct frame *f)
{
	return take(in, &f->configure.uid, 4) || take(in, &f->configure.gid, 4) ||
	       take(in, &f->configure.tmp_bytes, 8) || take(in, &f->configure.workspace_bytes, 8) ||
	       take(in, &f->configure.stdin_window, 4) || strs_take(in, &f->configure.argv) ||
	       strs_take(in, &f->configure.env);
}

static int take_start(struct bytes *in, struct frame *f)
{
	uint8_t flags;
	uint32_t processes, open_files;
	if (take(in, &flags, 1) || flags > 3 || flags == 2 || take(in, &processes, 4) ||
	    take(in, &open_files, 4) || take(in, &f->start.limits.file_bytes, 8) ||
	    take(in, &f->start.limits.stack_bytes, 8) || take(in, &f->start.cpu_ms, 8))
		return -1;
	f->start.parked = flags & 1;
	f->start.further = flags >> 1;
	f->start.limits.processes = processes;
	f->start.limits.open_files = open_files;
	f->start.program = *in;
	return strs_take(in, &f->start.argv) || f->start.argv.count == 0 || strs_take(in, &f->start.env);
}

static int take_rest(struct bytes *in, struct bytes *out)
{
	*out = *in;
	in->size = 0;
	return 0;
}

static int take_entry(struct bytes *in, struct entry *entry)
{
	return take(in, &entry->place, 1) || entry->place >= PLACES || take(in, &entry->kind, 1) ||
	       entry->kind > LINK_ENTRY || take(in, &entry->mode, 4) || take(in, &entry->mtime_ns, 8) ||
	       take_str(in, &entry->name) || take_rest(in, &entry->content);
}

static int take_save(struct bytes *in, struct save *save)
{
	return take(in, &save->place, 1) || save->place >= PLACES || take(in, &save->what, 1) ||
	       save->what > (SAVE_CHANGED | SAVE_ENVIRONMENT) || take(in, &save->max_bytes, 8);
}

size_t entry_head(const struct entry *entry, uint8_t *to)
{
	const uint32_t size = (uint32_t)entry->name.size;
	to[0] = entry->place;
	to[1] = entry->kind;
	memcpy(to + 2, &entry->mode, 4);
	memcpy(to + 6, &entry->mtime_ns, 8);
	memcpy(to + 14, &size, 4);
	memcpy(to + 18, entry->name.at, size);
	return 18 + size;
}

static int take_payload(struct bytes *in, struct frame *f)
{
	switch (f->type) {
	case CONFIGURE:
		return take_configure(in, f);
	case PARK:
		return take(in, &f->park.keep, 1) || f->park.keep > 1;
	case FILE_FIRST:
		return take_entry(in, &f->file);
	case SAVE:
		return take_save(in, &f->save);
	case REMOVE:
		return take(in, &f->remove.place, 1) || f->remove.place >= PLACES || take_str(in, &f->remove.name);
	case START:
		return take_start(in, f);
	case FILE_MORE:
	case STDIN:
		return take_rest(in, &f->data);
	case SIGNAL:
		return take(in, &f->signal.number, 1) || f->signal.number < 1 || f->signal.number > 64;
	case STDIN_EOF:
	case KILL:
		return 0;
	default:
		return -1;
	}
}

int frame_next(struct bytes in, struct frame *frame, const char **why)
{
	uint32_t size;
	if (in.size < FRAME_HEADER)
		return 0;
	memcpy(&size, in.at, sizeof size);
	frame->type = in.at[4];
	*why = "a frame that is too long";
	if (size > FRAME_MAX)
		return -1;
	*why = "a frame of an unknown type";
	if (frame->type < CONFIGURE || frame->type > REMOVE)
		return -1;
	if (in.size - FRAME_HEADER < size)
		return 0;
	struct bytes payload = {in.at + FRAME_HEADER, size};
	*why = "a frame that its type does not allow";
	if (take_payload(&payload, frame) || payload.size)
		return -1;
	return (int)(FRAME_HEADER + size);
}
