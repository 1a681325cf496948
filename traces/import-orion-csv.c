/*
 * import-orion-csv - the kernel profiles published with Orion (EuroSys 2024)
 *
 * A profile has one row per operation of one request or training iteration: Name,
 * Profile (1 compute bound, 0 memory bound, -1 not classed), Memory_footprint (always
 * 0), SM_usage and Duration in nanoseconds, measured alone on a V100.  This is what the
 * trace says about it, and what it leaves open:
 *
 *  - Rows have no start times: they are laid end to end, in order, in one stream, with
 *    no launch.  A replay of such a trace has no host gaps.
 *  - SM_usage is ceil(blocks / blocks per SM), not clipped to the device.  Neither
 *    factor is in the file, so the shape has no CT_SHAPE_HAS_GRID: it has
 *    CT_SHAPE_HAS_SMS, and grid[0] is SM_usage.
 *  - The class is kept as CT_SHAPE_COMPUTE_BOUND or CT_SHAPE_MEMORY_BOUND.
 *  - No device is named, so none is described: nothing in the file says V100.
 *
 * Some published files hold placeholders, with every duration 1; they are refused.
 */
#include <string.h>

#include "sim/base/error.h"
#include "traces/csv.h"
#include "traces/decimal.h"
#include "traces/import.h"

enum column { NAME, PROFILE, FOOTPRINT, SMS, DURATION, N_COLUMNS };

static const char *const column_name[N_COLUMNS] = {
	"Name", "Profile", "Memory_footprint", "SM_usage", "Duration",
};

struct profile {
	struct ct_csv *csv;
	const char *path;
	struct ct_assembler *out;
	gint64 now_ns;
	gint64 longest_ns;
};

static gboolean header(struct profile *in, GError **error)
{
	g_autoptr(GError) local = NULL;
	unsigned i, n = 0;
	char *const *field = ct_csv_next(in->csv, &n, &local);

	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		return FALSE;
	}
	for (i = 0; field && i < N_COLUMNS; i++)
		if (n != N_COLUMNS || strcmp(field[i], column_name[i]) != 0)
			field = NULL;
	if (!field)
		ct_input_error(error,
			       "%s: line 1: not an Orion profile: the header is not Name, "
			       "Profile, Memory_footprint, SM_usage, Duration",
			       in->path);
	return field != NULL;
}

static gboolean number(const struct profile *in, char *const *field, enum column i,
		       gint64 min, gint64 max, gint64 *value, GError **error)
{
	if (ct_decimal(field[i], strlen(field[i]), 0, value) && *value >= min &&
	    *value <= max)
		return TRUE;
	ct_input_error(error,
		       "%s: line %" G_GUINT64_FORMAT ": %s \"%.64s\" is not a number from "
		       "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
		       in->path, ct_csv_line(in->csv), column_name[i], field[i], min, max);
	return FALSE;
}

static gboolean row(struct profile *in, char *const *field, GError **error)
{
	struct ct_shape_record shape = { .flags = CT_SHAPE_HAS_SMS };
	struct ct_work_item work = { .process = UINT64_MAX,
				     .kind = CT_OP_KERNEL,
				     .context = CT_NONE,
				     .start_ns = in->now_ns };
	gint64 class, sms, duration;

	if (!number(in, field, PROFILE, -1, 1, &class, error) ||
	    !number(in, field, SMS, 1, G_MAXINT32, &sms, error) ||
	    !number(in, field, DURATION, 1, CT_TIME_MAX, &duration, error))
		return FALSE;
	if (duration > CT_TIME_MAX - in->now_ns) {
		ct_input_error(error,
			       "%s: line %" G_GUINT64_FORMAT
			       ": Duration: the sum is out of range",
			       in->path, ct_csv_line(in->csv));
		return FALSE;
	}
	work.end_ns = in->now_ns + duration;
	in->now_ns = work.end_ns;
	in->longest_ns = MAX(in->longest_ns, duration);
	if (class == 1)
		shape.flags |= CT_SHAPE_COMPUTE_BOUND;
	else if (class == 0)
		shape.flags |= CT_SHAPE_MEMORY_BOUND;
	shape.grid[0] = (guint32)sms;
	shape.name = ct_assembler_string(in->out, field[NAME], strlen(field[NAME]));
	work.shape = ct_assembler_shape(in->out, &shape);
	if (ct_assembler_work(in->out, &work, error))
		return TRUE;
	g_prefix_error(error, "%s: line %" G_GUINT64_FORMAT ": ", in->path,
		       ct_csv_line(in->csv));
	return FALSE;
}

static gboolean rows(struct profile *in, GError **error)
{
	g_autoptr(GError) local = NULL;
	char *const *field;
	unsigned n;

	while ((field = ct_csv_next(in->csv, &n, &local))) {
		if (n != N_COLUMNS) {
			ct_input_error(error,
				       "%s: line %" G_GUINT64_FORMAT
				       ": %u fields where the header has %u",
				       in->path, ct_csv_line(in->csv), n,
				       (unsigned)N_COLUMNS);
			return FALSE;
		}
		if (!row(in, field, error))
			return FALSE;
	}
	if (local) {
		g_propagate_error(error, g_steal_pointer(&local));
		return FALSE;
	}
	if (in->longest_ns == 1) {
		ct_input_error(error,
			       "%s: every Duration is 1: a placeholder that was published "
			       "in place of a profile, not a measurement",
			       in->path);
		return FALSE;
	}
	return TRUE;
}

static gboolean run(const char *path, struct ct_assembler *out,
		    void (*progress)(double done, void *data), void *data, GError **error)
{
	struct profile in = { .path = path, .out = out };
	gboolean ok;

	in.csv = ct_csv_open(path, error);
	if (!in.csv)
		return FALSE;
	ok = header(&in, error) && rows(&in, error);
	ct_csv_free(in.csv);
	return ok;
}

static gboolean probe(const char *path, const guint8 *head, size_t length)
{
	static const char start[] = "Name,Profile,Memory_footprint,SM_usage,Duration";

	return length >= sizeof(start) - 1 && !memcmp(head, start, sizeof(start) - 1);
}

const struct ct_importer ct_import_orion_csv = {
	.name = "orion-csv",
	.summary = "per-kernel profiles published with Orion",
	.probe = probe,
	.run = run,
};
