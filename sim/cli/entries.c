/*
 * entries - the fields of a document as a table: key, value, unit, range, source.
 */
#include "sim/cli/entries.h"

#include <string.h>

/* A long list is cut in text, where it would set the width of the column. */
char *ct_entry_text(json_t *value, enum ct_output_format format)
{
	size_t n = json_array_size(value);
	g_autofree char *list = NULL;
	char *dumped;

	if (json_is_string(value))
		return g_strdup(json_string_value(value));
	if (n > 2 && format == CT_OUTPUT_TEXT)
		return g_strdup_printf("%" JSON_INTEGER_FORMAT " .. %" JSON_INTEGER_FORMAT
				       " (%zu)",
				       json_integer_value(json_array_get(value, 0)),
				       json_integer_value(json_array_get(value, n - 1)), n);
	dumped = json_dumps(value, JSON_ENCODE_ANY);
	if (json_is_object(json_array_get(value, 0)))
		return dumped;
	list = g_strdelimit(g_strdup(dumped), "[]", ' ');
	free(dumped);
	return g_strdup(g_strstrip(list));
}

static char *range_text(json_t *range)
{
	if (!range)
		return g_strdup("");
	return g_strdup_printf("%" JSON_INTEGER_FORMAT "..%" JSON_INTEGER_FORMAT,
			       json_integer_value(json_array_get(range, 0)),
			       json_integer_value(json_array_get(range, 1)));
}

static gboolean begins_group(const char *last, const char *key)
{
	size_t n = strcspn(key, ".");

	return key[n] == '.' && strncmp(last, key, n + 1) != 0;
}

void ct_entries_print(gboolean (*entry_at)(const void *, size_t, struct ct_entry *),
		      const void *of, enum ct_output_format format)
{
	static const char *const heads[] = {
		"key", "value", "unit", "range", "from", NULL
	};
	struct ct_table *table = ct_table_new(heads, "lrlll");
	struct ct_entry entry;
	const char *last = "";

	for (size_t i = 0; entry_at(of, i, &entry); i++) {
		g_autofree char *value = NULL, *range = NULL;

		if (!entry.value || (!entry.from && format == CT_OUTPUT_TEXT))
			continue;
		value = ct_entry_text(entry.value, format);
		range = range_text(entry.range);
		if (*last && begins_group(last, entry.key))
			ct_table_rule(table);
		last = entry.key;
		ct_table_cell(table, entry.key, FALSE);
		ct_table_cell(table, value, FALSE);
		ct_table_cell(table, entry.unit, FALSE);
		ct_table_cell(table, range, FALSE);
		ct_table_cell(table, entry.from, FALSE);
	}
	ct_table_print(table, format, stdout);
	ct_table_free(table);
}
