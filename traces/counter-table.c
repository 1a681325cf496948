/*
 * counter-table - hardware counters of kernels, and our own files of them.
 *
 * What a pass writes is small, so it is read whole and doubted before anything in it is
 * used: it was written inside somebody else's program.
 */
#include "traces/counter-table.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "sim/base/error.h"

struct ct_counter_table *ct_counter_table_new(void)
{
	struct ct_counter_table *table = g_new0(struct ct_counter_table, 1);

	table->rows = g_array_new(FALSE, TRUE, sizeof(struct ct_counter_row));
	table->text = g_string_chunk_new(1 << 12);
	return table;
}

void ct_counter_table_free(struct ct_counter_table *table)
{
	if (!table)
		return;
	g_array_free(table->rows, TRUE);
	g_string_chunk_free(table->text);
	g_free(table->trouble);
	g_free(table);
}

gboolean ct_counter_file_probe(const char *path)
{
	char magic[sizeof(((struct ct_counter_file_header *)0)->magic)];
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!file)
		return FALSE;
	n = fread(magic, 1, sizeof(magic), file);
	fclose(file);
	return n == sizeof(magic) && !memcmp(magic, CT_COUNTER_FILE_MAGIC, sizeof(magic));
}

gboolean ct_counter_table_read(struct ct_counter_table *table, const char *path,
			       GError **error)
{
	return ct_counter_file_probe(path) ? ct_counter_file_read(table, path, error)
					   : ct_ncu_csv_read(table, path, error);
}

struct content {
	const char *path;
	struct ct_counter_file_header header;
	const guint8 *rows;
	const char *text;
};

static gboolean check_header(const struct content *c, gsize length, GError **error)
{
	const struct ct_counter_file_header *h = &c->header;

	if (memcmp(h->magic, CT_COUNTER_FILE_MAGIC, sizeof(h->magic)))
		ct_input_error(error, "%s: is not a file of counters", c->path);
	else if (h->version != CT_COUNTER_FILE_VERSION || h->header_bytes != sizeof(*h))
		ct_input_error(error, "%s: header: version %u is not known", c->path,
			       h->version);
	else if (h->checksum !=
		 XXH64(h, G_STRUCT_OFFSET(struct ct_counter_file_header, checksum), 0))
		ct_input_error(error, "%s: header: its checksum is wrong", c->path);
	else if (h->n_rows > CT_COUNTER_FILE_ROWS ||
		 h->string_bytes > CT_COUNTER_FILE_STRING_BYTES ||
		 length != sizeof(*h) + h->n_rows * sizeof(struct ct_counter_file_row) +
				   h->string_bytes)
		ct_input_error(error,
			       "%s: header: %u rows and %u bytes of text are not %zu "
			       "bytes",
			       c->path, h->n_rows, h->string_bytes, length);
	else
		return TRUE;
	return FALSE;
}

/* The text at OFFSET; NULL if there is none. */
static const char *text_at(const struct content *c, uint32_t offset)
{
	return offset < c->header.string_bytes ? c->text + offset : NULL;
}

static gboolean check_payload(const struct content *c, gsize bytes, GError **error)
{
	uint32_t n = c->header.string_bytes;

	if (c->header.payload_checksum != XXH64(c->rows, bytes, 0)) {
		ct_input_error(error, "%s: its checksum is wrong", c->path);
		return FALSE;
	}
	if (n && c->text[n - 1]) {
		ct_input_error(error, "%s: its text does not end", c->path);
		return FALSE;
	}
	return TRUE;
}

static gboolean is_fraction(enum ct_counter counter)
{
	return counter >= CT_COUNTER_SM_ACTIVE;
}

static const char *row_fault(const struct content *c, const struct ct_counter_file_row *r)
{
	const char *name = text_at(c, r->name);

	if (!name || !*name || !g_utf8_validate(name, -1, NULL))
		return "its name is no text";
	if (strlen(name) >= CT_STRING_BYTES)
		return "its name is too long";
	for (int i = 0; i < 3; i++)
		if (!r->grid[i] || !r->block[i])
			return "its grid or block is empty";
	if (!r->samples)
		return "it is the mean of no launch";
	for (int i = 0; i < CT_COUNTERS; i++)
		if (r->mean[i] < 0 ||
		    r->mean[i] > (is_fraction((enum ct_counter)i) ? 1e3 : 1e18))
			return "a counter is out of range";
	return NULL;
}

static gboolean add_row(struct ct_counter_table *table, const struct content *c,
			uint32_t number, GError **error)
{
	struct ct_counter_file_row r;
	struct ct_counter_row row = { .has_launch = TRUE };
	const char *fault;

	memcpy(&r, c->rows + number * sizeof(r), sizeof(r));
	fault = row_fault(c, &r);
	if (fault) {
		ct_input_error(error, "%s: row %u: %s", c->path, number, fault);
		return FALSE;
	}
	row.name = g_string_chunk_insert_const(table->text, text_at(c, r.name));
	memcpy(row.grid, r.grid, sizeof(row.grid));
	memcpy(row.block, r.block, sizeof(row.block));
	memcpy(row.cluster, r.cluster, sizeof(row.cluster));
	row.smem_dynamic_bytes = r.smem_dynamic_bytes;
	row.samples = r.samples;
	memcpy(row.mean, r.mean, sizeof(row.mean));
	g_array_append_val(table->rows, row);
	return TRUE;
}

/* One sentence, in the words of whoever has to do something about it. */
static char *say_trouble(const struct content *c)
{
	const struct ct_counter_file_header *h = &c->header;
	const char *call = text_at(c, h->call), *chip = text_at(c, h->chip);

	call = call && g_utf8_validate(call, -1, NULL) ? call : "a call of CUPTI";
	chip = chip && g_utf8_validate(chip, -1, NULL) ? chip : "this device";
	switch (h->trouble) {
	case 0:
		if (h->complete)
			return NULL;
		return g_strdup("a process ended by _exit() or a signal, and what it "
				"launched last is not counted");
	case CT_COUNTER_NO_CUPTI:
		return g_strdup_printf("no CUPTI with a range profiler was found (%s)",
				       call);
	case CT_COUNTER_BUSY:
		return g_strdup("another profiler is at work in the program");
	case CT_COUNTER_DENIED:
		return g_strdup_printf(
			"the driver keeps hardware counters to the administrator (%s said "
			"%d): run as root or with CAP_SYS_ADMIN (docker run "
			"--cap-add=SYS_ADMIN), or load the nvidia module with "
			"NVreg_RestrictProfilingToAdminUsers=0",
			call, h->result);
	case CT_COUNTER_NO_CHIP:
		return g_strdup_printf("%s cannot be profiled as it is configured "
				       "(%s said %d)",
				       chip, call, h->result);
	case CT_COUNTER_NO_METRIC:
		return g_strdup_printf("%s has no counter of DRAM bytes", chip);
	case CT_COUNTER_PASSES:
		return g_strdup_printf("%s cannot count DRAM bytes in one pass", chip);
	case CT_COUNTER_DECODE:
		return g_strdup_printf("%" G_GUINT64_FORMAT " launches were measured and "
				       "could not be read (%s said %d)",
				       h->n_lost, call, h->result);
	case CT_COUNTER_NO_MEMORY:
		return g_strdup("the program had no memory left for counters");
	default:
		return g_strdup_printf("%s said %d", call, h->result);
	}
}

static gboolean read_content(struct ct_counter_table *table, struct content *c,
			     gsize length, const char *bytes, GError **error)
{
	gsize payload;

	if (length < sizeof(c->header)) {
		ct_input_error(error, "%s: is shorter than its header", c->path);
		return FALSE;
	}
	memcpy(&c->header, bytes, sizeof(c->header));
	if (!check_header(c, length, error))
		return FALSE;
	payload = length - sizeof(c->header);
	c->rows = (const guint8 *)bytes + sizeof(c->header);
	c->text = bytes + length - c->header.string_bytes;
	if (!check_payload(c, payload, error))
		return FALSE;
	for (uint32_t i = 0; i < c->header.n_rows; i++)
		if (!add_row(table, c, i, error))
			return FALSE;
	table->n_launches += c->header.n_launches;
	table->n_measured += c->header.n_measured;
	table->n_graph_launches += c->header.n_graph_launches;
	if (!table->trouble)
		table->trouble = say_trouble(c);
	return TRUE;
}

gboolean ct_counter_file_read(struct ct_counter_table *table, const char *path,
			      GError **error)
{
	struct content content = { .path = path };
	g_autoptr(GError) failure = NULL;
	g_autofree char *bytes = NULL;
	gsize length;

	if (!g_file_get_contents(path, &bytes, &length, &failure)) {
		ct_input_error(error, "%s: cannot read: %s", path, failure->message);
		return FALSE;
	}
	return read_content(table, &content, length, bytes, error);
}
