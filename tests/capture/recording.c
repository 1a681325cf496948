/* recording - the folder of a recording, and what is in its spools. */
#include "tests/capture/recording.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "capture/collector/collector.h"

void ct_recording_init(struct ct_recording *recording)
{
	char *path;
	int file;

	recording->folder = g_dir_make_tmp("ct-recording-XXXXXX", NULL);
	g_assert_nonnull(recording->folder);
	path = g_build_filename(recording->folder, CT_SESSION_PAGE_NAME, NULL);
	file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	g_assert_cmpint(file, >=, 0);
	g_assert_cmpint(ftruncate(file, 4096), ==, 0);
	recording->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	g_assert_true(recording->page != MAP_FAILED);
	close(file);
	recording->page->magic = CT_SESSION_MAGIC;
	recording->page->version = CT_SESSION_VERSION;
	recording->page->flags = CT_SESSION_CHILDREN;
	recording->page->first_pid = (uint32_t)getpid();
	g_setenv(CT_SESSION_FOLDER_ENV, recording->folder, TRUE);
	g_free(path);
}

void ct_recording_clear(struct ct_recording *recording)
{
	GDir *dir = g_dir_open(recording->folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		char *path = g_build_filename(recording->folder, name, NULL);

		g_unlink(path);
		g_free(path);
	}
	g_clear_pointer(&dir, g_dir_close);
	g_rmdir(recording->folder);
	munmap(recording->page, 4096);
	g_unsetenv(CT_SESSION_FOLDER_ENV);
	g_free(recording->folder);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **ct_recording_spools(const struct ct_recording *recording)
{
	GPtrArray *paths = g_ptr_array_new();
	GDir *dir = g_dir_open(recording->folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, CT_SPOOL_SUFFIX))
			g_ptr_array_add(paths,
					g_build_filename(recording->folder, name, NULL));
	g_clear_pointer(&dir, g_dir_close);
	g_ptr_array_sort(paths, by_name);
	g_ptr_array_add(paths, NULL);
	return (char **)g_ptr_array_free(paths, FALSE);
}

char *ct_recording_flush(const struct ct_recording *recording)
{
	struct ct_spooler *spool = &ct_collector.spool;

	ct_spooler_lock(spool);
	ct_spooler_flush(spool);
	g_assert_cmpint(spool->fault, ==, 0);
	ct_spooler_unlock(spool);
	return g_strdup_printf("%s/%d-%" G_GINT64_FORMAT CT_SPOOL_SUFFIX, recording->folder,
			       getpid(), ct_collector.begin_ns);
}

static const char *const kinds[] = { "?", "push", "pop", "start", "stop", "mark" };

static const char *text_of(const GPtrArray *strings, uint32_t number)
{
	return number == CT_NONE ? "" : g_ptr_array_index(strings, number);
}

static char *marker_line(const struct ct_spool_marker *m, const GPtrArray *strings)
{
	GString *line = g_string_new(kinds[m->kind < G_N_ELEMENTS(kinds) ? m->kind : 0]);

	if (m->domain != CT_NONE)
		g_string_append_printf(line, " %s:", text_of(strings, m->domain));
	if (m->name != CT_NONE)
		g_string_append_printf(line, " %s", text_of(strings, m->name));
	if (m->range)
		g_string_append_printf(line, " #%" G_GUINT64_FORMAT, m->range);
	return g_string_free(line, FALSE);
}

static char *line_of(const struct ct_spool_record *record, const GPtrArray *strings,
		     uint32_t thread)
{
	const struct ct_spool_marker *marker = (const void *)record;
	const struct ct_spool_note *note = (const void *)record;
	const struct ct_spool_node *node = (const void *)record;
	const struct ct_spool_edge *edge = (const void *)record;

	if (thread && (record->type != CT_SPOOL_MARKER || marker->thread != thread))
		return NULL;
	switch (record->type) {
	case CT_SPOOL_MARKER:
		return marker_line(marker, strings);
	case CT_SPOOL_NOTE:
		return g_strdup_printf("note %u at %" G_GINT64_FORMAT, note->code,
				       note->time_ns);
	case CT_SPOOL_NODE:
		return g_strdup_printf("node %u/%" G_GUINT64_FORMAT
				       " type %u of %u/%" G_GUINT64_FORMAT,
				       node->graph, node->node, node->type,
				       node->original_graph, node->original);
	case CT_SPOOL_EDGE:
		return g_strdup_printf("edge %u: %" G_GUINT64_FORMAT
				       " > %" G_GUINT64_FORMAT,
				       edge->graph, edge->from, edge->to);
	case CT_SPOOL_END:
		return g_strdup("end");
	default:
		return NULL;
	}
}

/* What stands behind a block, whose sum and number must be right. */
static const char *check_block(const struct ct_spool_block *block, uint64_t number)
{
	XXH64_state_t *sum = XXH64_createState();

	g_assert_cmpuint(block->magic, ==, CT_SPOOL_BLOCK_MAGIC);
	g_assert_cmpuint(block->number, ==, number);
	g_assert_cmpuint(block->bytes, <=, CT_SPOOL_BLOCK_BYTES);
	XXH64_reset(sum, 0);
	XXH64_update(sum, block, offsetof(struct ct_spool_block, checksum));
	XXH64_update(sum, block + 1, block->bytes);
	g_assert_cmpuint(block->checksum, ==, XXH64_digest(sum));
	XXH64_freeState(sum);
	return (const char *)(block + 1) + block->bytes;
}

struct reading {
	GPtrArray *strings, *lines;
	uint32_t thread;
};

static void take_record(struct reading *reading, const struct ct_spool_record *record)
{
	char *line;

	if (record->type == CT_SPOOL_STRING) {
		const struct ct_spool_string *string = (const void *)record;

		g_ptr_array_add(reading->strings,
				g_strndup((const char *)(string + 1), string->bytes));
		return;
	}
	line = line_of(record, reading->strings, reading->thread);
	if (line)
		g_ptr_array_add(reading->lines, line);
}

static void take_blocks(struct reading *reading, const char *at, const char *end)
{
	for (uint64_t number = 0; at < end; number++) {
		const char *next = check_block((const void *)at, number);

		for (at += sizeof(struct ct_spool_block); at < next;) {
			const struct ct_spool_record *record = (const void *)at;

			g_assert_cmpuint(record->words, >, 0);
			take_record(reading, record);
			at += record->words * 8;
		}
		g_assert_true(at == next);
	}
}

/* Without the importer's reader: what it takes for damage is a failure here, too. */
GPtrArray *ct_recording_lines(const char *spool, uint32_t thread)
{
	struct reading reading = { .strings = g_ptr_array_new_with_free_func(g_free),
				   .lines = g_ptr_array_new_with_free_func(g_free),
				   .thread = thread };
	const struct ct_spool_header *header;
	GError *error = NULL;
	char *text;
	gsize length;

	g_file_get_contents(spool, &text, &length, &error);
	g_assert_no_error(error);
	header = (const void *)text;
	g_assert_cmpuint(length, >=, sizeof(*header));
	g_assert_true(memcmp(header->magic, CT_SPOOL_MAGIC, sizeof(header->magic)) == 0);
	take_blocks(&reading, text + sizeof(*header), text + length);
	g_free(text);
	g_ptr_array_unref(reading.strings);
	return reading.lines;
}
