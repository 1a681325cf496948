/*
 * cmd-device-draw - a board as a picture: SMs, GPCs, parts and MIG instances.
 */
#include "config.h"

#include <errno.h>

#include "models/split.h"
#include "sim/cli/cli.h"
#include "sim/cli/cmd-device.h"
#include "sim/cli/device-picture.h"

#define NAME "device draw"

static const char description[] = "Draws the SMs of a board, in columns of one TPC and "
				  "frames of one GPC, and to whom\n"
				  "they belong.\n\n"
				  "--mig makes instances in the order given: \"3g,4g\", "
				  "\"3g.71gb@0,1g\", where @ is\n"
				  "the first memory slice.  --split makes parts (green "
				  "contexts) of at least so many\n"
				  "SMs each: \"72,16\".";

/* "72,16": parts that the board would make of it. */
static GArray *split(const struct ct_device *d, const char *list, GError **error)
{
	g_auto(GStrv) items = g_strsplit(list, ",", -1);
	GArray *parts = g_array_new(FALSE, FALSE, sizeof(struct ct_picture_part));
	uint32_t left = d->sms;

	for (char **item = items; *item; item++) {
		struct ct_picture_part part;
		guint64 asked;

		if (!g_ascii_string_to_unsigned(g_strstrip(*item), 10, 1, UINT32_MAX,
						&asked, NULL)) {
			ct_usage_error(error, "--split: '%s' is no number of SMs", *item);
			break;
		}
		part.asked = (uint32_t)asked;
		part.sms = ct_split_size(d, part.asked, FALSE);
		if (!d->partition_min_sms) {
			ct_input_error(error, "--split: %s cannot be split", d->name);
			break;
		}
		if (!part.sms || part.sms > left) {
			ct_input_error(error,
				       "--split: part %u: no room for %u SMs: parts of %s "
				       "are %u SMs at least and multiples of %u, and %u "
				       "are left",
				       parts->len + 1, part.asked, d->name,
				       d->partition_min_sms, d->partition_granule_sms,
				       left);
			break;
		}
		left -= part.sms;
		g_array_append_val(parts, part);
		if (!item[1])
			return parts;
	}
	if (!*items)
		ct_usage_error(error, "--split: the list of parts is empty");
	g_array_free(parts, TRUE);
	return NULL;
}

static gboolean write_out(const char *picture, const char *path, GError **error)
{
	FILE *file = path ? fopen(path, "w") : stdout;
	gboolean good = file && fputs(picture, file) >= 0;

	if (path && file)
		good &= fclose(file) == 0;
	if (!good && path)
		g_set_error(error, CT_ERROR, CT_EXIT_FAILED, "%s: %s", path,
			    g_strerror(errno));
	return good || !path; /* stdout is looked at when all is over */
}

static gboolean draw(const struct ct_device *d, const char *mig, const char *parts,
		     enum ct_output_format format, const char *path, GError **error)
{
	g_autoptr(GArray) split_parts = NULL;
	struct ct_mig_layout layout;
	struct ct_drawing *drawing;
	g_autofree char *picture = NULL;

	if (mig && !ct_mig_place(d, mig, &layout, error))
		return FALSE;
	if (parts && !(split_parts = split(d, parts, error)))
		return FALSE;
	drawing = ct_device_picture(d, mig ? &layout : NULL,
				    parts ? (struct ct_picture_part *)split_parts->data
					  : NULL,
				    parts ? split_parts->len : 0);
	if (format == CT_OUTPUT_SVG)
		picture = ct_drawing_as_svg(drawing, d->title);
	else
		picture = ct_drawing_as_text(drawing);
	ct_drawing_free(drawing);
	return write_out(picture, path, error);
}

int ct_device_cmd_draw(int argc, char **argv)
{
	g_autofree char *mig = NULL, *parts = NULL, *out = NULL;
	struct ct_cli_common common;
	struct ct_device *d;
	GError *error = NULL;
	gboolean drawn;
	int code;
	const GOptionEntry entries[] = {
		{ "mig", 0, 0, G_OPTION_ARG_STRING, &mig, "MIG instances, such as 3g,4g",
		  "PROFILES" },
		{ "split", 0, 0, G_OPTION_ARG_STRING, &parts, "Parts, such as 72,16",
		  "SMS,..." },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Write the picture there",
		  "FILE" },
		{ 0 },
	};

	if (!ct_cli_parse_as(NAME, "NAME|FILE", description, entries,
			     1u << CT_OUTPUT_TEXT | 1u << CT_OUTPUT_SVG, &common, &argc,
			     &argv, &code))
		return code;
	if (argc != 2)
		return ct_cli_usage(NAME, "takes the name of one board, or a file");
	if (mig && parts)
		return ct_cli_usage(NAME, "--mig and --split exclude each other");
	d = ct_device_load(argv[1], &error);
	if (!d)
		return ct_cli_fail(NAME, error);
	drawn = draw(d, mig, parts, common.format, out, &error);
	ct_device_free(d);
	return drawn ? ct_cli_finish(NAME, CT_EXIT_OK) : ct_cli_fail(NAME, error);
}
