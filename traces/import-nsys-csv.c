/*
 * import-nsys-csv - the output of `nsys stats -r cuda_gpu_trace --format csv`
 *
 * The report has changed its columns over the years (GreenCtx came, "(MB/s)" became
 * "(MBps)", newer versions write "Start:ts_ns" for "Start (ns)"), so columns are found
 * by name and units are taken from the header.  What `nsys stats` prints before the
 * header is passed over.
 *
 * The report holds device work only: every operation comes out unlaunched.  Names are
 * full signatures, where the SQLite export has short names too (import-nsys-sqlite).
 *
 * DANGER: `nsys stats` rounds sizes to 0.001 of their unit, so shared memory and copy
 * sizes read back from MB are off by up to 500 bytes: nothing in the file says more.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/csv.h"
#include "traces/decimal.h"
#include "traces/import.h"

enum column {
	START,
	DURATION,
	CORRELATION,
	GRID_X,
	GRID_Y,
	GRID_Z,
	BLOCK_X,
	BLOCK_Y,
	BLOCK_Z,
	REGISTERS,
	SMEM_STATIC,
	SMEM_DYNAMIC,
	BYTES,
	SOURCE_KIND,
	TARGET_KIND,
	DEVICE,
	CONTEXT,
	GREEN,
	STREAM,
	NAME,
	N_COLUMNS
};

static const char *const column_name[N_COLUMNS] = {
	[START] = "Start",          [DURATION] = "Duration",
	[CORRELATION] = "CorrId",   [GRID_X] = "GrdX",
	[GRID_Y] = "GrdY",          [GRID_Z] = "GrdZ",
	[BLOCK_X] = "BlkX",         [BLOCK_Y] = "BlkY",
	[BLOCK_Z] = "BlkZ",         [REGISTERS] = "Reg/Trd",
	[SMEM_STATIC] = "StcSMem",  [SMEM_DYNAMIC] = "DymSMem",
	[BYTES] = "Bytes",          [SOURCE_KIND] = "SrcMemKd",
	[TARGET_KIND] = "DstMemKd", [DEVICE] = "Device",
	[CONTEXT] = "Ctx",          [GREEN] = "GreenCtx",
	[STREAM] = "Strm",          [NAME] = "Name",
};

/* What `nsys stats` may print before its header, in records. */
#define PREAMBLE 64

static const struct unit {
	const char *name;
	int scale; /* powers of ten to nanoseconds or bytes */
} units[] = {
	{ "", 0 },     { "(ns)", 0 },   { "(us)", 3 },    { "(ms)", 6 },
	{ "(s)", 9 },  { ":ts_ns", 0 }, { ":dur_ns", 0 }, { "(B)", 0 },
	{ "(KB)", 3 }, { "(MB)", 6 },   { "(GB)", 9 },    { ":mem_B", 0 },
};

struct report {
	struct ct_csv *csv;
	const char *path;
	struct ct_assembler *out;
	int at[N_COLUMNS]; /* where in the record; -1: this version has none */
	int scale[N_COLUMNS];
	char *const *field;
	unsigned n_fields;
	GHashTable *devices; /* ids that were described */
};

/* Column I's text in this record; "" if there is none. */
static const char *text(const struct report *in, enum column i)
{
	return in->at[i] < 0 ? "" : in->field[in->at[i]];
}

static gboolean fail(const struct report *in, enum column i, const char *why,
		     GError **error)
{
	ct_input_error(error, "%s: line %" G_GUINT64_FORMAT ": %s \"%.64s\" %s", in->path,
		       ct_csv_line(in->csv), column_name[i], text(in, i), why);
	return FALSE;
}

/* Reads column I if it is there and not empty; *VALUE stays as it is otherwise. */
static gboolean number(const struct report *in, enum column i, gint64 max, gint64 *value,
		       GError **error)
{
	const char *s = text(in, i);

	if (!*s)
		return TRUE;
	if (!ct_decimal(s, strlen(s), in->scale[i], value))
		return fail(in, i, "is not a number", error);
	if (*value < 0 || *value > max)
		return fail(in, i, "is out of range", error);
	return TRUE;
}

/* The unit behind a column's name, or NULL if TITLE is not column I. */
static const struct unit *unit_of(const char *title, enum column i)
{
	size_t k, length = strlen(column_name[i]);

	if (strncmp(title, column_name[i], length) != 0)
		return NULL;
	title += length;
	title += strspn(title, " ");
	for (k = 0; k < G_N_ELEMENTS(units); k++)
		if (!strcmp(title, units[k].name))
			return &units[k];
	return NULL;
}

/* TRUE if the record is a header; notes where the columns are. */
static gboolean is_header(struct report *in)
{
	unsigned i, k;

	for (i = 0; i < N_COLUMNS; i++) {
		in->at[i] = -1;
		for (k = 0; k < in->n_fields && in->at[i] < 0; k++) {
			const struct unit *unit = unit_of(in->field[k], i);

			if (unit) {
				in->at[i] = (int)k;
				in->scale[i] = unit->scale;
			}
		}
	}
	return in->at[START] >= 0 && in->at[DURATION] >= 0 && in->at[NAME] >= 0 &&
	       in->at[STREAM] >= 0;
}

static gboolean find_header(struct report *in, GError **error)
{
	g_autoptr(GError) local = NULL;
	unsigned i;

	for (i = 0; i < PREAMBLE; i++) {
		in->field = ct_csv_next(in->csv, &in->n_fields, &local);
		if (!in->field)
			break;
		if (is_header(in))
			return TRUE;
	}
	if (local)
		g_propagate_error(error, g_steal_pointer(&local));
	else
		ct_input_error(error,
			       "%s: no header with Start, Duration, Strm and Name: not a "
			       "cuda_gpu_trace report",
			       in->path);
	return FALSE;
}

/* "NVIDIA A100 (0)": describes the device when it is new, and gives its id. */
static gboolean device(struct report *in, guint32 *id, GError **error)
{
	const char *s = text(in, DEVICE), *open = strrchr(s, '(');
	gint64 number;
	g_autofree char *digits = NULL;

	if (!*s)
		return TRUE;
	if (!open || !g_str_has_suffix(open, ")"))
		return fail(in, DEVICE, "does not end in a device number", error);
	digits = g_strndup(open + 1, strlen(open) - 2);
	if (!ct_decimal(digits, strlen(digits), 0, &number) || number < 0 ||
	    number >= CT_NONE)
		return fail(in, DEVICE, "does not end in a device number", error);
	*id = (guint32)number;
	if (g_hash_table_add(in->devices, GUINT_TO_POINTER(*id))) {
		struct ct_device_record record = { .id = *id, .vendor = CT_VENDOR_NVIDIA };

		while (open > s && open[-1] == ' ')
			open--;
		record.name = ct_assembler_string(in->out, s, (size_t)(open - s));
		ct_assembler_device(in->out, &record);
	}
	return TRUE;
}

/* "Host-to-Device", or "HtoD" in older reports. */
static enum ct_copy direction(const char *name)
{
	static const struct {
		const char *word;
		enum ct_copy copy;
	} words[] = {
		{ "Host-to-Device", CT_COPY_HTOD },   { "HtoD", CT_COPY_HTOD },
		{ "Device-to-Host", CT_COPY_DTOH },   { "DtoH", CT_COPY_DTOH },
		{ "Device-to-Device", CT_COPY_DTOD }, { "DtoD", CT_COPY_DTOD },
		{ "Peer-to-Peer", CT_COPY_PTOP },     { "PtoP", CT_COPY_PTOP },
		{ "Host-to-Host", CT_COPY_HTOH },     { "HtoH", CT_COPY_HTOH },
		{ "Host-to-Array", CT_COPY_HTOD },    { "Array-to-Host", CT_COPY_DTOH },
		{ "Array-to-Array", CT_COPY_DTOD },   { "Array-to-Device", CT_COPY_DTOD },
		{ "Device-to-Array", CT_COPY_DTOD },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(words); i++)
		if (strstr(name, words[i].word))
			return words[i].copy;
	return CT_COPY_UNKNOWN;
}

static gboolean copy(struct report *in, struct ct_work_item *work, GError **error)
{
	gint64 bytes = 0;

	if (!number(in, BYTES, G_MAXINT64, &bytes, error))
		return FALSE;
	work->bytes = (guint64)bytes;
	if (strstr(text(in, NAME), "memset")) {
		work->kind = CT_OP_MEMSET;
		return TRUE;
	}
	work->kind = CT_OP_MEMCPY;
	work->copy = (guint8)direction(text(in, NAME));
	if (!strcmp(text(in, SOURCE_KIND), "Pageable") ||
	    !strcmp(text(in, TARGET_KIND), "Pageable"))
		work->flags = CT_OP_PAGEABLE;
	return TRUE;
}

static gboolean kernel(struct report *in, struct ct_work_item *work, GError **error)
{
	struct ct_shape_record shape = { 0 };
	gint64 size[6] = { 0 }, registers = 0, fixed = 0, dynamic = 0;
	const char *name = text(in, NAME);
	unsigned i;

	for (i = 0; i < G_N_ELEMENTS(size); i++)
		if (!number(in, GRID_X + i, G_MAXINT32, &size[i], error))
			return FALSE;
	if (!number(in, REGISTERS, G_MAXUINT16, &registers, error) ||
	    !number(in, SMEM_STATIC, G_MAXUINT32, &fixed, error) ||
	    !number(in, SMEM_DYNAMIC, G_MAXUINT32, &dynamic, error))
		return FALSE;
	for (i = 0; i < 3; i++) {
		shape.grid[i] = (guint32)size[i];
		shape.block[i] = (guint32)size[3 + i];
	}
	shape.registers = (guint16)registers;
	shape.smem_static_bytes = (guint32)fixed;
	shape.smem_dynamic_bytes = (guint32)dynamic;
	if (*text(in, GRID_X) && *text(in, BLOCK_X))
		shape.flags |= CT_SHAPE_HAS_GRID;
	if (*text(in, REGISTERS))
		shape.flags |= CT_SHAPE_HAS_REGISTERS;
	if (*text(in, SMEM_STATIC) && *text(in, SMEM_DYNAMIC))
		shape.flags |= CT_SHAPE_HAS_SMEM;
	shape.name = ct_assembler_string(in->out, name, strlen(name));
	work->kind = CT_OP_KERNEL;
	work->shape = ct_assembler_shape(in->out, &shape);
	return TRUE;
}

static gboolean record(struct report *in, GError **error)
{
	struct ct_work_item work = { .process = UINT64_MAX };
	gint64 start, duration = 0, correlation = 0, stream = CT_NONE, context = CT_NONE;
	gint64 green = 0;
	const char *when = text(in, START);

	if (!ct_decimal(when, strlen(when), in->scale[START], &start))
		return fail(in, START, "is not a time", error);
	if (!*text(in, DURATION))
		return fail(in, DURATION, "is missing", error);
	if (!number(in, DURATION, G_MAXINT64, &duration, error) ||
	    !number(in, CORRELATION, G_MAXUINT32, &correlation, error) ||
	    !number(in, STREAM, G_MAXUINT32, &stream, error) ||
	    !number(in, CONTEXT, G_MAXUINT32, &context, error) ||
	    !number(in, GREEN, G_MAXUINT32, &green, error) ||
	    !device(in, &work.device, error))
		return FALSE;
	if (__builtin_add_overflow(start, duration, &work.end_ns))
		return fail(in, DURATION, "is out of range", error);
	work.start_ns = start;
	work.correlation = (guint32)correlation;
	work.stream = (guint32)stream;
	work.context = (guint32)(green ? green : context);
	if (g_str_has_prefix(text(in, NAME), "[CUDA ")) {
		if (!copy(in, &work, error))
			return FALSE;
	} else if (!kernel(in, &work, error)) {
		return FALSE;
	}
	if (ct_assembler_work(in->out, &work, error))
		return TRUE;
	g_prefix_error(error, "%s: line %" G_GUINT64_FORMAT ": ", in->path,
		       ct_csv_line(in->csv));
	return FALSE;
}

static gboolean run(const char *path, struct ct_assembler *out,
		    void (*progress)(double done, void *data), void *data, GError **error)
{
	struct report in = { .path = path, .out = out };
	g_autoptr(GError) local = NULL;
	unsigned expected, n = 0;
	gboolean ok;

	in.csv = ct_csv_open(path, error);
	if (!in.csv)
		return FALSE;
	in.devices = g_hash_table_new(NULL, NULL);
	ok = find_header(&in, error);
	expected = in.n_fields;
	while (ok && (in.field = ct_csv_next(in.csv, &in.n_fields, &local))) {
		if (in.n_fields != expected) {
			ct_input_error(error,
				       "%s: line %" G_GUINT64_FORMAT
				       ": %u fields where the header has %u",
				       path, ct_csv_line(in.csv), in.n_fields, expected);
			ok = FALSE;
			break;
		}
		ok = record(&in, error);
		if (progress && ++n % 65536 == 0)
			progress(ct_csv_done(in.csv), data);
	}
	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		ok = FALSE;
	}
	g_hash_table_destroy(in.devices);
	ct_csv_free(in.csv);
	return ok;
}

static gboolean probe(const char *path, const guint8 *head, size_t length)
{
	g_autofree char *start = g_strndup((const char *)head, MIN(length, 16384));

	return strstr(start, "GrdX,") && strstr(start, "Strm,") && strstr(start, "Start");
}

const struct ct_importer ct_import_nsys_csv = {
	.name = "nsys-csv",
	.summary = "nsys stats -r cuda_gpu_trace --format csv",
	.probe = probe,
	.run = run,
};
