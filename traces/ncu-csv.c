/*
 * ncu-csv - counters from `ncu --csv`.
 *
 * Both of its pages: one record per launch and metric (the default), or one per launch
 * with a column per metric and a line of units (`--page raw`).  Around and between them
 * stand ncu's remarks ("==PROF== ...") and whatever the program printed.  ncu writes
 * numbers as the locale of its user wants them; "27.595.520" and "65,77" are refused,
 * because "117.344" in such a file would silently be a thousand times too small.
 */
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/counter-table.h"
#include "traces/ncu-lines.h"

#define TOTAL        CT_COUNTERS /* DRAM bytes, read or written */
#define VALUES       (CT_COUNTERS + 1)
#define SECTOR_BYTES 32

enum kind { BYTES, SECTORS, PERCENT };

/* Of several metrics for one counter, the first in this list that a launch has. */
static const struct metric {
	const char *name;
	int counter;
	enum kind kind;
} metrics[] = {
	{ "dram__bytes_read.sum", CT_COUNTER_DRAM_READ_BYTES, BYTES },
	{ "dram__bytes_op_read.sum", CT_COUNTER_DRAM_READ_BYTES, BYTES },
	{ "dram__sectors_read.sum", CT_COUNTER_DRAM_READ_BYTES, SECTORS },
	{ "dram__sectors_op_read.sum", CT_COUNTER_DRAM_READ_BYTES, SECTORS },
	{ "dram__bytes_write.sum", CT_COUNTER_DRAM_WRITE_BYTES, BYTES },
	{ "dram__bytes_op_write.sum", CT_COUNTER_DRAM_WRITE_BYTES, BYTES },
	{ "dram__sectors_write.sum", CT_COUNTER_DRAM_WRITE_BYTES, SECTORS },
	{ "dram__sectors_op_write.sum", CT_COUNTER_DRAM_WRITE_BYTES, SECTORS },
	{ "dram__bytes.sum", TOTAL, BYTES },
	{ "lts__t_sectors_srcunit_tex.sum", CT_COUNTER_L2_BYTES, SECTORS },
	{ "lts__t_bytes.sum", CT_COUNTER_L2_BYTES, BYTES },
	{ "sm__cycles_active.avg.pct_of_peak_sustained_elapsed", CT_COUNTER_SM_ACTIVE,
	  PERCENT },
	{ "sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_active",
	  CT_COUNTER_TENSOR_ACTIVE, PERCENT },
	{ "sm__warps_active.avg.pct_of_peak_sustained_active", CT_COUNTER_WARPS_ACTIVE,
	  PERCENT },
};
#define N_METRICS G_N_ELEMENTS(metrics)

enum column { ID, PROCESS, KERNEL, BLOCK, GRID, METRIC, UNIT, VALUE, COLUMNS };

static const char *const column_names[COLUMNS] = {
	"ID",        "Process ID",  "Kernel Name", "Block Size",
	"Grid Size", "Metric Name", "Metric Unit", "Metric Value",
};

struct launch {
	char *id, *process, *kernel; /* id: NULL, no launch */
	uint32_t grid[3], block[3];
	double value[N_METRICS]; /* NaN: not there */
};

struct sum {
	double sum[CT_COUNTERS];
	uint64_t n[CT_COUNTERS];
};

struct ncu {
	const char *path;
	struct ct_counter_table *table;
	const struct ct_ncu_line *line;
	gboolean has_header, quoted;
	guint n_fields;
	guint column[COLUMNS]; /* G_MAXUINT: not there */
	guint raw[N_METRICS];  /* of `--page raw` */
	double raw_scale[N_METRICS];
	gboolean has_units;
	struct launch launch;
	GHashTable *row; /* key -> index into rows + 1 */
	GArray *sums;    /* struct sum, one per row from first_row */
	guint first_row;
	gboolean has_bytes;
};

static gboolean fail_at(const struct ncu *ncu, guint field, const char *what,
			GError **error)
{
	ct_input_error(error, "%s: line %" G_GUINT64_FORMAT ", column %u: %s", ncu->path,
		       ncu->line->number, ncu->line->column[field], what);
	return FALSE;
}

static gboolean fail_text(const struct ncu *ncu, guint field, const char *what,
			  GError **error)
{
	g_autofree char *shown = g_strescape(ncu->line->field[field], NULL);
	g_autofree char *text = g_strdup_printf("'%.60s' %s", shown, what);

	return fail_at(ncu, field, text, error);
}

/* Digits, in groups of three if there are commas, then perhaps a fraction and an
 * exponent; a value that could not be measured is NaN.  FALSE if it is anything else. */
static gboolean parse_number(const char *text, double *value)
{
	char plain[64], *end;
	size_t n = 0, group = 0;
	gboolean grouped = FALSE;

	*value = NAN;
	if (!*text || !g_ascii_strcasecmp(text, "n/a") ||
	    !g_ascii_strcasecmp(text, "nan") || !g_ascii_strcasecmp(text, "-nan") ||
	    !g_ascii_strcasecmp(text, "inf"))
		return TRUE;
	for (; g_ascii_isdigit(*text) || *text == ','; text++) {
		if (*text == ',') {
			if (!group || group > 3 || (grouped && group != 3))
				return FALSE;
			grouped = TRUE;
			group = 0;
			continue;
		}
		if (n + 1 >= sizeof(plain))
			return FALSE;
		plain[n++] = *text;
		group++;
	}
	if (!n || (grouped && group != 3) || n + strlen(text) >= sizeof(plain))
		return FALSE;
	strcpy(plain + n, text);
	if (*text && *text != '.' && *text != 'e' && *text != 'E')
		return FALSE;
	*value = g_ascii_strtod(plain, &end);
	return !*end && isfinite(*value);
}

/* "Mbyte", "sector", "%"; what a number in this unit is multiplied with, 0: not known. */
static double unit_scale(enum kind kind, const char *unit)
{
	static const char prefixes[] = "KMGT";
	const char *name = kind == BYTES ? "byte" : "sector";
	const char *prefix;
	double scale = 1;

	if (kind == PERCENT)
		return !*unit || !strcmp(unit, "%") ? 0.01 : 0;
	prefix = *unit ? strchr(prefixes, *unit) : NULL;
	if (prefix) {
		scale = pow(1000, (double)(prefix - prefixes) + 1);
		unit++;
	}
	if (strcmp(unit, name) && (prefix || *unit))
		return 0;
	return kind == SECTORS ? scale * SECTOR_BYTES : scale;
}

/* "(128, 1, 1)" */
static gboolean parse_dims(const char *text, uint32_t dims[3])
{
	for (int i = 0; i < 3; i++) {
		guint64 value;
		char *end;

		if (*text++ != (i ? ',' : '('))
			return FALSE;
		text += strspn(text, " ");
		if (!g_ascii_isdigit(*text))
			return FALSE;
		value = g_ascii_strtoull(text, &end, 10);
		if (!value || value > UINT32_MAX)
			return FALSE;
		dims[i] = (uint32_t)value;
		text = end + strspn(end, " ");
	}
	return !strcmp(text, ")");
}

static int find_metric(const char *name)
{
	for (guint i = 0; i < N_METRICS; i++)
		if (!strcmp(metrics[i].name, name))
			return (int)i;
	return -1;
}

static void clear_launch(struct launch *launch)
{
	g_free(launch->id);
	g_free(launch->process);
	g_free(launch->kernel);
	memset(launch, 0, sizeof(*launch));
	for (guint i = 0; i < N_METRICS; i++)
		launch->value[i] = NAN;
}

/* By counter, what the launch has; a total stands for what was read. */
static void take_values(const struct launch *launch, double value[VALUES])
{
	for (int c = 0; c < VALUES; c++)
		value[c] = NAN;
	for (guint i = 0; i < N_METRICS; i++)
		if (isnan(value[metrics[i].counter]))
			value[metrics[i].counter] = launch->value[i];
	if (isnan(value[TOTAL]) || !isnan(value[CT_COUNTER_DRAM_READ_BYTES]) ||
	    !isnan(value[CT_COUNTER_DRAM_WRITE_BYTES]))
		return;
	value[CT_COUNTER_DRAM_READ_BYTES] = value[TOTAL];
	value[CT_COUNTER_DRAM_WRITE_BYTES] = 0;
}

static guint find_row(struct ncu *ncu, const struct launch *launch)
{
	struct ct_counter_table *table = ncu->table;
	struct ct_counter_row row = { 0 };
	char *key = g_strdup_printf("%u,%u,%u %u,%u,%u %s", launch->grid[0],
				    launch->grid[1], launch->grid[2], launch->block[0],
				    launch->block[1], launch->block[2], launch->kernel);
	guint known = GPOINTER_TO_UINT(g_hash_table_lookup(ncu->row, key));
	struct sum sum = { 0 };

	if (known) {
		g_free(key);
		return known - 1;
	}
	row.name = g_string_chunk_insert_const(table->text, launch->kernel);
	memcpy(row.grid, launch->grid, sizeof(row.grid));
	memcpy(row.block, launch->block, sizeof(row.block));
	g_array_append_val(table->rows, row);
	g_array_append_val(ncu->sums, sum);
	g_hash_table_insert(ncu->row, key, GUINT_TO_POINTER(table->rows->len));
	return table->rows->len - 1;
}

static void end_launch(struct ncu *ncu)
{
	double value[VALUES];
	gboolean any = FALSE;
	struct sum *sum;
	guint row;

	if (!ncu->launch.id)
		return;
	take_values(&ncu->launch, value);
	for (int c = 0; c < CT_COUNTERS; c++)
		any |= !isnan(value[c]);
	ncu->table->n_launches++;
	if (any) {
		ncu->table->n_measured++;
		row = find_row(ncu, &ncu->launch);
		g_array_index(ncu->table->rows, struct ct_counter_row, row).samples++;
		sum = &g_array_index(ncu->sums, struct sum, row - ncu->first_row);
		for (int c = 0; c < CT_COUNTERS; c++)
			if (!isnan(value[c])) {
				sum->sum[c] += value[c];
				sum->n[c]++;
			}
		ncu->has_bytes |= !isnan(value[CT_COUNTER_DRAM_READ_BYTES]) &&
				  !isnan(value[CT_COUNTER_DRAM_WRITE_BYTES]);
	}
	clear_launch(&ncu->launch);
}

static gboolean begin_launch(struct ncu *ncu, GError **error)
{
	const struct ct_ncu_line *line = ncu->line;
	struct launch *launch = &ncu->launch;
	guint process = ncu->column[PROCESS];

	if (!*line->field[ncu->column[KERNEL]])
		return fail_at(ncu, ncu->column[KERNEL], "the kernel has no name", error);
	if (!g_utf8_validate(line->field[ncu->column[KERNEL]], -1, NULL))
		return fail_at(ncu, ncu->column[KERNEL], "the kernel's name is no text",
			       error);
	if (!parse_dims(line->field[ncu->column[GRID]], launch->grid))
		return fail_text(ncu, ncu->column[GRID], "is no grid like (128, 1, 1)",
				 error);
	if (!parse_dims(line->field[ncu->column[BLOCK]], launch->block))
		return fail_text(ncu, ncu->column[BLOCK], "is no block like (128, 1, 1)",
				 error);
	launch->id = g_strdup(line->field[ncu->column[ID]]);
	launch->process = g_strdup(process == G_MAXUINT ? "" : line->field[process]);
	launch->kernel = g_strdup(line->field[ncu->column[KERNEL]]);
	return TRUE;
}

static gboolean take_value(struct ncu *ncu, guint metric, guint field, double scale,
			   GError **error)
{
	double value;

	if (!parse_number(ncu->line->field[field], &value))
		return fail_text(ncu, field, "is no number as ncu writes it with LC_ALL=C",
				 error);
	if (value * scale > 1e18)
		return fail_text(ncu, field, "is too large", error);
	ncu->launch.value[metric] = value * scale;
	return TRUE;
}

static gboolean bad_unit(const struct ncu *ncu, guint field, guint metric, GError **error)
{
	g_autofree char *what =
		g_strdup_printf("is no unit that is known of %s", metrics[metric].name);

	return fail_text(ncu, field, what, error);
}

/* One metric of one launch. */
static gboolean take_long(struct ncu *ncu, GError **error)
{
	char *const *field = ncu->line->field;
	guint process = ncu->column[PROCESS], unit = ncu->column[UNIT];
	const struct launch *launch = &ncu->launch;
	int metric = find_metric(field[ncu->column[METRIC]]);
	double scale;

	if (launch->id &&
	    (strcmp(launch->id, field[ncu->column[ID]]) ||
	     (process != G_MAXUINT && strcmp(launch->process, field[process]))))
		end_launch(ncu);
	if (!launch->id && !begin_launch(ncu, error))
		return FALSE;
	if (metric < 0)
		return TRUE;
	scale = unit_scale(metrics[metric].kind, field[unit]);
	if (!(scale > 0))
		return bad_unit(ncu, unit, (guint)metric, error);
	return take_value(ncu, (guint)metric, ncu->column[VALUE], scale, error);
}

static gboolean take_units(struct ncu *ncu, GError **error)
{
	ncu->has_units = TRUE;
	for (guint i = 0; i < N_METRICS; i++) {
		guint field = ncu->raw[i];

		if (field == G_MAXUINT)
			continue;
		ncu->raw_scale[i] = unit_scale(metrics[i].kind, ncu->line->field[field]);
		if (!(ncu->raw_scale[i] > 0))
			return bad_unit(ncu, field, i, error);
	}
	return TRUE;
}

/* All metrics of one launch. */
static gboolean take_raw(struct ncu *ncu, GError **error)
{
	if (!ncu->has_units && !*ncu->line->field[ncu->column[ID]] &&
	    !*ncu->line->field[ncu->column[KERNEL]])
		return take_units(ncu, error);
	if (!ncu->has_units)
		return fail_at(ncu, 0, "no line of units stands before the first launch",
			       error);
	if (!begin_launch(ncu, error))
		return FALSE;
	for (guint i = 0; i < N_METRICS; i++)
		if (ncu->raw[i] != G_MAXUINT &&
		    !take_value(ncu, i, ncu->raw[i], ncu->raw_scale[i], error))
			return FALSE;
	end_launch(ncu);
	return TRUE;
}

static guint find_field(const struct ct_ncu_line *line, const char *name)
{
	for (guint i = 0; i < line->n; i++)
		if (!strcmp(line->field[i], name))
			return i;
	return G_MAXUINT;
}

static gboolean is_header(const struct ct_ncu_line *line)
{
	return find_field(line, column_names[KERNEL]) != G_MAXUINT &&
	       find_field(line, column_names[ID]) != G_MAXUINT;
}

static gboolean take_header(struct ncu *ncu, GError **error)
{
	end_launch(ncu);
	ncu->has_header = TRUE;
	ncu->has_units = FALSE;
	ncu->quoted = ncu->line->quoted;
	ncu->n_fields = ncu->line->n;
	for (int i = 0; i < COLUMNS; i++)
		ncu->column[i] = find_field(ncu->line, column_names[i]);
	for (guint i = 0; i < N_METRICS; i++)
		ncu->raw[i] = find_field(ncu->line, metrics[i].name);
	for (int i = 0; i < COLUMNS; i++) {
		gboolean of_long = i == UNIT || i == VALUE;

		if (ncu->column[i] != G_MAXUINT || i == PROCESS || i == METRIC ||
		    (of_long && ncu->column[METRIC] == G_MAXUINT))
			continue;
		ct_input_error(error, "%s: line %" G_GUINT64_FORMAT ": has no column '%s'",
			       ncu->path, ncu->line->number, column_names[i]);
		return FALSE;
	}
	return TRUE;
}

/* Records of rules, which some releases leave short at their end, have all that is read
 * here; those of `--page raw` are whole. */
static gboolean has_fields(const struct ncu *ncu)
{
	guint n = ncu->line->n;

	if (ncu->column[METRIC] == G_MAXUINT)
		return n == ncu->n_fields;
	for (int i = 0; i < COLUMNS; i++)
		if (ncu->column[i] != G_MAXUINT && ncu->column[i] >= n)
			return FALSE;
	return n <= ncu->n_fields;
}

static gboolean take_line(struct ncu *ncu, GError **error)
{
	const struct ct_ncu_line *line = ncu->line;

	if (is_header(line))
		return take_header(ncu, error);
	if (!ncu->has_header)
		return TRUE;
	if (ncu->quoted && !line->quoted) {
		ncu->table->n_passed_over +=
			!line->n || !g_str_has_prefix(line->field[0], "==");
		return TRUE;
	}
	if (!has_fields(ncu)) {
		ct_input_error(error,
			       "%s: line %" G_GUINT64_FORMAT
			       ": has %u fields, the header %u",
			       ncu->path, line->number, line->n, ncu->n_fields);
		return FALSE;
	}
	return ncu->column[METRIC] != G_MAXUINT ? take_long(ncu, error)
						: take_raw(ncu, error);
}

static void take_means(const struct ncu *ncu)
{
	for (guint i = 0; i < ncu->sums->len; i++) {
		const struct sum *sum = &g_array_index(ncu->sums, struct sum, i);
		struct ct_counter_row *row = &g_array_index(
			ncu->table->rows, struct ct_counter_row, ncu->first_row + i);

		for (int c = 0; c < CT_COUNTERS; c++)
			row->mean[c] = sum->n[c] ? sum->sum[c] / (double)sum->n[c] : NAN;
	}
}

static gboolean check_whole(const struct ncu *ncu, GError **error)
{
	if (!ncu->has_header)
		ct_input_error(error,
			       "%s: has no header line of 'ncu --csv' (columns 'ID' and "
			       "'Kernel Name')",
			       ncu->path);
	else if (!ncu->has_bytes)
		ct_input_error(error,
			       "%s: no launch has DRAM bytes; record with 'ncu --csv "
			       "--page raw --metrics dram__bytes_read.sum,"
			       "dram__bytes_write.sum'",
			       ncu->path);
	else
		return TRUE;
	return FALSE;
}

gboolean ct_ncu_csv_read(struct ct_counter_table *table, const char *path, GError **error)
{
	struct ct_ncu_lines *lines = ct_ncu_lines_open(path, error);
	struct ncu ncu = { .path = path, .table = table, .first_row = table->rows->len };
	g_autoptr(GError) failure = NULL;
	gboolean ok = TRUE;

	if (!lines)
		return FALSE;
	ncu.row = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ncu.sums = g_array_new(FALSE, TRUE, sizeof(struct sum));
	clear_launch(&ncu.launch);
	while (ok && (ncu.line = ct_ncu_lines_next(lines, &failure)))
		ok = take_line(&ncu, &failure);
	if (!failure)
		end_launch(&ncu);
	take_means(&ncu);
	ok = !failure && check_whole(&ncu, &failure);
	clear_launch(&ncu.launch);
	g_hash_table_destroy(ncu.row);
	g_array_free(ncu.sums, TRUE);
	ct_ncu_lines_close(lines);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok;
}
