/*
 * notes - what collectors wrote into their spools about themselves.
 *
 * Checksums are not looked at: a wrong word here costs a sentence, and the importer does
 * look.
 */
#include "config.h"

#include "capture/record/notes.h"

#include <string.h>

#include "traces/spool.h"

struct walk {
	struct ct_notes *notes;
	uint32_t pid;
	GArray *string; /* const char *, into the mapping */
	gboolean closed, damaged;
};

static char *text_of(const struct walk *walk, uint32_t index)
{
	if (index >= walk->string->len)
		return NULL;
	return g_utf8_make_valid(g_array_index(walk->string, const char *, index), -1);
}

/* BYTES of the record at AT into RECORD, the rest of which becomes 0. */
static void take(void *record, size_t size, const char *at, size_t bytes)
{
	memset(record, 0, size);
	memcpy(record, at, MIN(size, bytes));
}

static void add_note(struct walk *walk, const char *at, size_t bytes)
{
	struct ct_spool_note record;
	struct ct_note note = { .pid = walk->pid };

	take(&record, sizeof(record), at, bytes);
	note.code = record.code;
	note.result = record.result;
	note.time_ns = record.time_ns;
	note.text = text_of(walk, record.text);
	g_array_append_val(walk->notes->note, note);
}

static void add_end(struct walk *walk, const char *at, size_t bytes)
{
	struct ct_spool_end record;

	take(&record, sizeof(record), at, bytes);
	walk->notes->n_launches += record.n_launches;
	walk->notes->n_dropped += record.n_dropped;
	walk->closed = TRUE;
}

static void visit(struct walk *walk, uint16_t type, const char *at, size_t bytes)
{
	const char *text = at + sizeof(struct ct_spool_string);

	switch (type) {
	case CT_SPOOL_STRING:
		if (bytes <= sizeof(struct ct_spool_string) || at[bytes - 1] != '\0')
			text = "";
		g_array_append_val(walk->string, text);
		break;
	case CT_SPOOL_KERNEL:
		walk->notes->n_kernels++;
		break;
	case CT_SPOOL_NOTE:
		add_note(walk, at, bytes);
		break;
	case CT_SPOOL_END:
		add_end(walk, at, bytes);
		break;
	default:
		break;
	}
}

static void walk_block(struct walk *walk, const char *at, size_t bytes)
{
	while (bytes >= sizeof(struct ct_spool_record)) {
		struct ct_spool_record record;
		size_t length;

		memcpy(&record, at, sizeof(record));
		length = record.words * (size_t)8;
		if (length == 0 || length > bytes) {
			walk->damaged = TRUE;
			return;
		}
		visit(walk, record.type, at, length);
		at += length;
		bytes -= length;
	}
}

static void walk_spool(struct walk *walk, const char *at, size_t bytes)
{
	struct ct_spool_header header;

	walk->damaged = TRUE;
	if (bytes < sizeof(header))
		return;
	memcpy(&header, at, sizeof(header));
	if (memcmp(header.magic, CT_SPOOL_MAGIC, sizeof(header.magic)) != 0 ||
	    header.header_bytes < sizeof(header) || header.header_bytes > bytes)
		return;
	walk->pid = header.pid;
	walk->damaged = FALSE;
	at += header.header_bytes;
	bytes -= header.header_bytes;
	while (bytes >= sizeof(struct ct_spool_block)) {
		struct ct_spool_block block;

		memcpy(&block, at, sizeof(block));
		at += sizeof(block);
		bytes -= sizeof(block);
		/* Half a block is what a process that was killed left, no damage. */
		if (block.magic != CT_SPOOL_BLOCK_MAGIC)
			walk->damaged = TRUE;
		if (block.magic != CT_SPOOL_BLOCK_MAGIC || block.bytes > bytes)
			return;
		walk_block(walk, at, block.bytes);
		at += block.bytes;
		bytes -= block.bytes;
	}
}

static void read_spool(struct ct_notes *notes, const char *path)
{
	g_autoptr(GMappedFile) file = NULL;
	struct walk walk = { .notes = notes };

	/* Opening a FIFO would wait for its writer. */
	if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
		file = g_mapped_file_new(path, FALSE, NULL);
	if (!file) {
		notes->n_spools++;
		notes->n_damaged++;
		return;
	}
	walk.string = g_array_new(FALSE, FALSE, sizeof(const char *));
	walk_spool(&walk, g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
	notes->n_spools++;
	notes->n_open += !walk.closed;
	notes->n_damaged += walk.damaged;
	notes->bytes += g_mapped_file_get_length(file);
	g_array_free(walk.string, TRUE);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void clear_note(void *note)
{
	g_free(((struct ct_note *)note)->text);
}

void ct_notes_read(struct ct_notes *notes, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	memset(notes, 0, sizeof(*notes));
	notes->note = g_array_new(FALSE, FALSE, sizeof(struct ct_note));
	g_array_set_clear_func(notes->note, clear_note);
	while (dir && (name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX))
			g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(paths, by_name);
	for (guint i = 0; i < paths->len; i++)
		read_spool(notes, paths->pdata[i]);
}

void ct_notes_clear(struct ct_notes *notes)
{
	g_array_free(notes->note, TRUE);
	memset(notes, 0, sizeof(*notes));
}

const struct ct_note *ct_notes_find(const struct ct_notes *notes, uint32_t code)
{
	for (guint i = 0; i < notes->note->len; i++) {
		const struct ct_note *note = &g_array_index(notes->note, struct ct_note, i);

		if (note->code == code)
			return note;
	}
	return NULL;
}
