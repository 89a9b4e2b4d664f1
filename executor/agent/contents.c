/* What fails here is answered later: an error sticks, and START answers with it. One ERROR for one question. */
#include "contents.h"

#include <stdio.h>

#include "channel.h"
#include "files.h"
#include "park.h"
#include "save.h"
#include "stage.h"

void contents_close(void)
{
	file_close();
	agent.file_open = false;
}

static void stick_to_name(int number, const char *what, struct bytes name)
{
	char text[128];
	snprintf(text, sizeof text, "%s %.*s", what, (int)(name.size < 80 ? name.size : 80), (const char *)name.at);
	stick(number, text);
}

void contents_file(const struct frame *f, bool more)
{
	if (agent.state != READY || stage_runs() || (more && !agent.file_open && !agent.error_number))
		fatal(more ? "FILE_MORE out of turn" : "FILE out of turn");
	if (agent.error_number)
		return;
	agent.file_open = true;
	int number = more ? file_append(f->data) : file_make(&f->file);
	if (!number)
		return;
	file_close();
	if (more)
		stick(number, "the rest of a file cannot be written");
	else
		stick_to_name(number, "cannot write", f->file.name);
}

void contents_remove(const struct frame *f)
{
	if (agent.state != READY || stage_runs())
		fatal("REMOVE out of turn");
	if (agent.error_number)
		return;
	contents_close();
	int number = file_remove(f->remove.place, f->remove.name);
	if (number)
		stick_to_name(number, "cannot remove", f->remove.name);
}

void contents_save(const struct frame *f)
{
	if (agent.state != READY || save_waits())
		fatal("SAVE out of turn");
	if (stage_runs()) {
		save_later(&f->save);
		return;
	}
	contents_close();
	save(&f->save);
}
