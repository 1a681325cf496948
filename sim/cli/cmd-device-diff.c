/*
 * cmd-device-diff - what two board files say differently.
 *
 * Whoever measured a board wants to see how far the shipped file was off, and whether that
 * matters: a difference within the range that a number states for itself is none.
 */
#include <math.h>

#include "models/device.h"
#include "sim/cli/cli.h"
#include "sim/cli/cmd-device.h"
#include "sim/cli/entries.h"

#define NAME "device diff"

struct options {
	struct ct_cli_common common;
	gboolean all;         /* also what is equal */
	double threshold_pct; /* less than this is no difference */
};

struct difference {
	const char *key;
	struct ct_entry a, b;
	gboolean differs, counts; /* beyond range and threshold */
	gboolean has_pct, in_range;
	double pct; /* of A, that B is more */
};

static gboolean lies_in(const json_t *range, const json_t *value)
{
	json_int_t number = json_integer_value(value);

	return range && json_is_integer(value) &&
	       number >= json_integer_value(json_array_get(range, 0)) &&
	       number <= json_integer_value(json_array_get(range, 1));
}

static gboolean is_there(const struct ct_entry *entry)
{
	return entry->value && !json_is_null(entry->value);
}

/* Whether A and B say the same, whatever their sources are. */
static gboolean same(json_t *a, json_t *b)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(a) && json_is_array(b)) {
		if (json_array_size(a) != json_array_size(b))
			return FALSE;
		json_array_foreach(a, i, value)
			if (!same(value, json_array_get(b, i)))
				return FALSE;
		return TRUE;
	}
	if (!json_is_object(a) || !json_is_object(b))
		return json_equal(a, b);
	json_object_foreach(a, key, value)
		if (!g_str_equal(key, "from") && !same(value, json_object_get(b, key)))
			return FALSE;
	json_object_foreach(b, key, value)
		if (!json_object_get(a, key))
			return FALSE;
	return TRUE;
}

static void compare(struct difference *d, const struct options *options)
{
	json_int_t a = json_integer_value(d->a.value), b = json_integer_value(d->b.value);

	d->differs = is_there(&d->a) != is_there(&d->b) ||
		     (is_there(&d->a) && !same(d->a.value, d->b.value));
	d->counts = d->differs;
	if (!d->differs || !is_there(&d->a) || !is_there(&d->b))
		return;
	d->in_range = lies_in(d->a.range, d->b.value) || lies_in(d->b.range, d->a.value);
	d->has_pct = json_is_integer(d->a.value) && json_is_integer(d->b.value) && a != 0;
	if (d->has_pct)
		d->pct = 100.0 * ((double)b - (double)a) / fabs((double)a);
	if (d->in_range || (d->has_pct && fabs(d->pct) < options->threshold_pct))
		d->counts = FALSE;
}

static char *value_text(const struct ct_entry *entry, enum ct_output_format format)
{
	if (!is_there(entry))
		return g_strdup("-");
	if (json_is_object(json_array_get(entry->value, 0)) && format == CT_OUTPUT_TEXT)
		return g_strdup_printf("%zu rows", json_array_size(entry->value));
	return ct_entry_text(entry->value, format);
}

static void add_row(struct ct_table *table, const struct difference *d,
		    const struct options *options)
{
	enum ct_output_format format = options->common.format;
	g_autofree char *a = value_text(&d->a, format), *b = value_text(&d->b, format);

	ct_table_cell(table, d->key, FALSE);
	ct_table_cell(table, a, FALSE);
	ct_table_cell(table, b, d->counts);
	ct_table_cell(table, d->a.unit ? d->a.unit : d->b.unit, FALSE);
	if (d->has_pct)
		ct_table_cellf(table, format == CT_OUTPUT_CSV ? "%.4g" : "%+.4g %%",
			       d->pct);
	else
		ct_table_cell(table,
			      d->differs && format == CT_OUTPUT_TEXT ? "differs" : "",
			      FALSE);
	ct_table_cell(table, d->in_range ? "in its range" : "", FALSE);
	if (format == CT_OUTPUT_CSV)
		ct_table_cell(table, d->a.from, FALSE);
	ct_table_cell(table, d->b.from, FALSE);
}

static json_t *row_json(const struct difference *d)
{
	json_t *row = json_pack("{s:s, s:O?, s:O?, s:s?, s:s?, s:s?, s:b, s:b, s:b}", "key",
				d->key, "a", d->a.value, "b", d->b.value, "unit",
				d->a.unit ? d->a.unit : d->b.unit, "from_a", d->a.from,
				"from_b", d->b.from, "differs", d->differs, "in_range",
				d->in_range, "counts", d->counts);

	if (d->has_pct)
		json_object_set_new(row, "pct", json_real(d->pct));
	return row;
}

/* The number of differences that count. */
static guint print(const struct ct_device *a, const struct ct_device *b,
		   const struct options *options)
{
	static const char *const text[] = { "key",        "A", "B",        "unit",
					    "difference", "",  "from (B)", NULL };
	static const char *const csv[] = { "key",   "a",      "b",      "unit", "pct",
					   "range", "from_a", "from_b", NULL };
	enum ct_output_format format = options->common.format;
	struct ct_table *table =
		ct_table_new(format == CT_OUTPUT_CSV ? csv : text,
			     format == CT_OUTPUT_CSV ? "lrrlrlll" : "lrrlrll");
	json_t *rows = json_array();
	struct difference d = { 0 };
	guint n = 0, shown = 0;

	for (size_t i = 0; ct_device_entry(a, i, &d.a) && ct_device_entry(b, i, &d.b);
	     i++, d = (struct difference){ 0 }) {
		d.key = d.a.key;
		if (g_str_equal(d.key, "title") || g_str_equal(d.key, "note"))
			continue; /* what is said of it is no property */
		compare(&d, options);
		n += d.counts;
		if (!options->all && !d.counts)
			continue;
		shown++;
		add_row(table, &d, options);
		json_array_append_new(rows, row_json(&d));
	}
	if (format == CT_OUTPUT_JSON) {
		json_t *document = json_pack("{s:s, s:s, s:s, s:i, s:O}", "cotenant",
					     "device-diff/1", "a", a->path, "b", b->path,
					     "differences", (int)n, "keys", rows);

		ct_cli_json(document);
		json_decref(document);
	} else if (format == CT_OUTPUT_CSV || shown) {
		if (format == CT_OUTPUT_TEXT)
			printf("A  %s (%s)\nB  %s (%s)\n\n", a->title, a->path, b->title,
			       b->path);
		ct_table_print(table, format, stdout);
	}
	json_decref(rows);
	ct_table_free(table);
	return n;
}

int ct_device_cmd_diff(int argc, char **argv)
{
	struct options options = { 0 };
	struct ct_device *a, *b;
	GError *error = NULL;
	guint n;
	int code;
	const GOptionEntry entries[] = {
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &options.all,
		  "Show also what is equal, or differs too little to count", NULL },
		{ "threshold", 't', 0, G_OPTION_ARG_DOUBLE, &options.threshold_pct,
		  "Take smaller differences for none (0)", "PERCENT" },
		{ 0 },
	};

	if (!ct_cli_parse(NAME, "A B",
			  "Shows what two boards, names or files, say differently. What "
			  "lies in the range\nthat either states does not count.\n"
			  "Exits with 1 if something differs.",
			  entries, &options.common, &argc, &argv, &code))
		return code;
	if (argc != 3)
		return ct_cli_usage(NAME, "takes two boards, names or files");
	if (!(options.threshold_pct >= 0)) /* nor is NaN a percentage */
		return ct_cli_usage(NAME, "--threshold: is no percentage from 0 on");
	a = ct_device_load(argv[1], &error);
	if (!a)
		return ct_cli_fail(NAME, error);
	b = ct_device_load(argv[2], &error);
	if (!b) {
		ct_device_free(a);
		return ct_cli_fail(NAME, error);
	}
	n = print(a, b, &options);
	ct_device_free(a);
	ct_device_free(b);
	return ct_cli_finish(NAME, n ? CT_EXIT_FAILED : CT_EXIT_OK);
}
