/*
 * report - which writer writes what, and the names they share.
 */
#include "sim/cli/report.h"

#include <string.h>

static const struct ct_report_writer *const writers[] = {
	&ct_report_text_writer,
	&ct_report_json_writer,
	&ct_report_csv_writer,
};

void ct_report_write(const struct ct_study *study, enum ct_output_format format,
		     const struct ct_report_options *options, FILE *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
		if (writers[i]->format == format)
			writers[i]->write(study, options, out);
}

static void append_setting(GString *out, const char *name, const json_t *value,
			   const char *separator)
{
	g_autofree char *text =
		json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	if (out->len)
		g_string_append(out, separator);
	g_string_append_printf(out, "%s=%s", name,
			       json_is_string(value) ? json_string_value(value) : text);
}

char *ct_report_settings(const json_t *object)
{
	GString *out = g_string_new(NULL);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
		append_setting(out, name, value, ", ");
	return g_string_free(out, FALSE);
}

char *ct_report_policy(const struct ct_study_point *point,
		       const struct ct_study_policy *policy)
{
	GString *options = g_string_new(NULL);
	char *label;
	const char *name;
	json_t *value;

	json_object_foreach(policy->choice.params, name, value) {
		gboolean differs = FALSE;

		for (size_t i = 0; i < point->n_policies; i++)
			if (point->policy[i].choice.policy == policy->choice.policy)
				differs |= !json_equal(
					value,
					json_object_get(point->policy[i].choice.params,
							name));
		if (differs)
			append_setting(options, name, value, ",");
	}
	label = g_strdup_printf("%s%s%s", policy->choice.policy->name,
				options->len ? ":" : "", options->str);
	g_string_free(options, TRUE);
	return label;
}
