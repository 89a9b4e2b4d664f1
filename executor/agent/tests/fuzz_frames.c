/* Feeds the frame parser what libFuzzer makes up, as one stream. Checks what the agent relies on: a frame
   lies within its input, an incomplete one is never taken, and every string of a strs ends inside it. */
#include <stdlib.h>
#include <string.h>

#include "../frames.h"

static void check(int good)
{
	if (!good)
		abort();
}

static void check_strs(struct strs strs)
{
	char **all = malloc((strs.count + 1) * sizeof *all);
	check(all != NULL);
	strs_unpack(strs, all);
	const char *end = (const char *)strs.raw.at + strs.raw.size;
	for (uint32_t i = 0; i < strs.count; i++)
		check(all[i] + strlen(all[i]) < end);
	check(all[strs.count] == NULL);
	struct bytes again = strs.raw;
	struct strs same;
	check(strs_take(&again, &same) == 0 && again.size == 0 && same.count == strs.count);
	free(all);
}

static void check_inside(struct bytes in, struct bytes part)
{
	check(part.size == 0 || (part.at >= in.at && part.at + part.size <= in.at + in.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = {data, size};
	struct frame frame;
	const char *why;
	for (;;) {
		int taken = frame_next(in, &frame, &why);
		if (taken <= 0) {
			check(taken == 0 || strlen(why) > 0);
			return 0;
		}
		check((size_t)taken <= in.size && taken <= FRAME_HEADER + FRAME_MAX);
		struct bytes whole = {in.at, (size_t)taken};
		check(frame_next((struct bytes){in.at, (size_t)taken - 1}, &frame, &why) == 0);
		check(frame_next(whole, &frame, &why) == taken);
		if (frame.type == CONFIGURE) {
			check_strs(frame.configure.argv);
			check_strs(frame.configure.env);
		} else if (frame.type == START) {
			check_strs(frame.start.argv);
			check_strs(frame.start.env);
			check(frame.start.argv.count > 0);
			check_inside(whole, frame.start.program);
		} else if (frame.type == FILE_FIRST) {
			check_inside(whole, frame.file.name);
			check_inside(whole, frame.file.content);
			check(frame.file.kind != SAME_ENTRY);
		} else if (frame.type == SAVE) {
			check(frame.save.what <= (SAVE_CHANGED | SAVE_ENVIRONMENT));
		} else if (frame.type == REMOVE) {
			check_inside(whole, frame.remove.name);
		} else if (frame.type == STDIN || frame.type == FILE_MORE) {
			check_inside(whole, frame.data);
		}
		in.at += taken;
		in.size -= (size_t)taken;
	}
}
