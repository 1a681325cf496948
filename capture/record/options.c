/*
 * options - the command line of `cotenant record`.
 *
 * getopt_long() and not GOption: that would take the program's name for the value of an
 * option whose value may be left out.
 */
#include "config.h"

#include "capture/record/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/session.h"
#include "sim/base/error.h"

#define ZSTD_LEVEL     6 /* as `cotenant trace import --compress` */
#define ZSTD_LEVEL_MAX 19
#define MOST_SMS       4096 /* far above any board */

const char ct_record_help[] =
	"Usage: cotenant record [OPTION...] [--] PROGRAM [ARGUMENT...]\n"
	"\n"
	"Runs PROGRAM and records what it does with the GPU, as a trace.\n"
	"\n"
	"  -o, --output=FILE         The trace to write (PROGRAM.ctt); it is replaced only "
	"by\n"
	"                            a new one that is complete\n"
	"      --children            Record the program's descendants as well (default)\n"
	"      --no-children         Record the first process only\n"
	"      --duration=TIME       Record for so long (20ms, 1.5s, 2min), then let it "
	"run\n"
	"      --start-on-marker=NAME\n"
	"                            Begin at the first NVTX range NAME (or PREFIX*)\n"
	"      --max-size=BYTES      Stop recording at so many bytes (K, M, G)\n"
	"  -r, --requests=NAME       Which NVTX range is a request; they are counted\n"
	"      --flush-ms=N          Hand records over every N milliseconds (200)\n"
	"  -z, --compress[=LEVEL]    Compress the trace with zstd, level 1 to 19 (6)\n"
	"      --keep-spools         Keep the folder of raw records\n"
	"      --no-check            Do not look whether the trace may stand for isolated "
	"work\n"
	"      --counters            Run PROGRAM again and measure what its kernels "
	"demand\n"
	"      --curves[=SMS,...]    Run PROGRAM again on some of the SMs, once for each "
	"number\n"
	"      --confine=N           Record PROGRAM on N SMs\n"
	"  -q, --quiet               Say nothing but errors on stderr\n"
	"  -h, --help                Show this help\n"
	"\n"
	"The exit code is the program's.  cotenant-record(1) tells more.\n";

enum { /* of options without a letter */
       OPTION_CHILDREN = 256,
       OPTION_NO_CHILDREN,
       OPTION_DURATION,
       OPTION_START,
       OPTION_MAX_SIZE,
       OPTION_FLUSH,
       OPTION_KEEP,
       OPTION_NO_CHECK,
       OPTION_COUNTERS,
       OPTION_CURVES,
       OPTION_CONFINE,
};

static const struct option table[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "children", no_argument, NULL, OPTION_CHILDREN },
	{ "no-children", no_argument, NULL, OPTION_NO_CHILDREN },
	{ "duration", required_argument, NULL, OPTION_DURATION },
	{ "start-on-marker", required_argument, NULL, OPTION_START },
	{ "max-size", required_argument, NULL, OPTION_MAX_SIZE },
	{ "requests", required_argument, NULL, 'r' },
	{ "flush-ms", required_argument, NULL, OPTION_FLUSH },
	{ "compress", optional_argument, NULL, 'z' },
	{ "keep-spools", no_argument, NULL, OPTION_KEEP },
	{ "no-check", no_argument, NULL, OPTION_NO_CHECK },
	{ "counters", no_argument, NULL, OPTION_COUNTERS },
	{ "curves", optional_argument, NULL, OPTION_CURVES },
	{ "confine", required_argument, NULL, OPTION_CONFINE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct unit {
	const char *name;
	double factor;
};

/* "1.5s": a number and one of UNITS. */
static gboolean scaled(const char *text, const struct unit *units, double *value)
{
	char *end;
	double number = g_ascii_strtod(text, &end);

	if (end == text || !isfinite(number) || number <= 0)
		return FALSE;
	for (; units->name; units++) {
		if (g_ascii_strcasecmp(end, units->name) != 0)
			continue;
		*value = number * units->factor;
		return *value >= 1 && *value < 0x1p62;
	}
	return FALSE;
}

static gboolean parse_time(const char *text, int64_t *ns, GError **error)
{
	static const struct unit units[] = {
		{ "ns", 1 },     { "us", 1e3 },   { "ms", 1e6 }, { "s", 1e9 },
		{ "min", 60e9 }, { "h", 3.6e12 }, { NULL, 0 },
	};
	double value;

	if (!scaled(text, units, &value)) {
		ct_usage_error(
			error,
			"--duration: '%s' is no time; write it as 20ms, 1.5s or 2min",
			text);
		return FALSE;
	}
	*ns = (int64_t)llround(value);
	return TRUE;
}

static gboolean parse_size(const char *text, uint64_t *bytes, GError **error)
{
	static const struct unit units[] = {
		{ "", 1 },       { "B", 1 },        { "K", 0x1p10 }, { "KiB", 0x1p10 },
		{ "M", 0x1p20 }, { "MiB", 0x1p20 }, { "G", 0x1p30 }, { "GiB", 0x1p30 },
		{ "T", 0x1p40 }, { "TiB", 0x1p40 }, { NULL, 0 },
	};
	double value;

	if (!scaled(text, units, &value)) {
		ct_usage_error(error, "--max-size: '%s' is no size; write it as 500M or 2G",
			       text);
		return FALSE;
	}
	*bytes = (uint64_t)value;
	return TRUE;
}

static gboolean parse_number(const char *option, const char *text, guint64 least,
			     guint64 most, uint32_t *number, GError **error)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, 10, least, most, &value, NULL)) {
		ct_usage_error(error,
			       "--%s: '%s' is no number from %" G_GUINT64_FORMAT
			       " to %" G_GUINT64_FORMAT,
			       option, text, least, most);
		return FALSE;
	}
	*number = (uint32_t)value;
	return TRUE;
}

static gboolean parse_sms(const char *text, GError **error)
{
	g_auto(GStrv) part = g_strsplit(text, ",", -1);
	uint32_t unused;

	for (char **p = part; *p; p++)
		if (!parse_number("curves", *p, 1, MOST_SMS, &unused, error))
			return FALSE;
	return TRUE;
}

static gboolean set(struct ct_record_options *options, int option, const char *value,
		    GError **error)
{
	uint32_t level;

	switch (option) {
	case 'o':
		g_free(options->output);
		options->output = g_strdup(value);
		return TRUE;
	case 'q':
		options->quiet = TRUE;
		return TRUE;
	case 'h':
		options->help = TRUE;
		return TRUE;
	case 'r':
		options->requests = value;
		return TRUE;
	case 'z':
		level = ZSTD_LEVEL;
		if (value &&
		    !parse_number("compress", value, 1, ZSTD_LEVEL_MAX, &level, error))
			return FALSE;
		options->zstd_level = (int)level;
		return TRUE;
	case OPTION_CHILDREN:
	case OPTION_NO_CHILDREN:
		options->children = option == OPTION_CHILDREN;
		return TRUE;
	case OPTION_DURATION:
		return parse_time(value, &options->duration_ns, error);
	case OPTION_START:
		options->start_marker = value;
		return TRUE;
	case OPTION_MAX_SIZE:
		return parse_size(value, &options->max_bytes, error);
	case OPTION_FLUSH:
		return parse_number("flush-ms", value, 1, 600000, &options->flush_ms,
				    error);
	case OPTION_KEEP:
		options->keep_spools = TRUE;
		return TRUE;
	case OPTION_NO_CHECK:
		options->check = FALSE;
		return TRUE;
	case OPTION_COUNTERS:
		options->want_counters = TRUE;
		return TRUE;
	case OPTION_CURVES:
		options->want_curves = TRUE;
		options->curves = value ? value : "";
		return !value || parse_sms(value, error);
	case OPTION_CONFINE:
		return parse_number("confine", value, 1, MOST_SMS, &options->confine_sms,
				    error);
	default:
		g_assert_not_reached();
	}
}

/* Absolute, so that it stays what it is when PROGRAM or we go elsewhere. */
static gboolean resolve(struct ct_record_options *options, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(options->output);
	g_autofree char *name = g_path_get_basename(options->output);
	char *real;
	struct stat st;

	if (stat(options->output, &st) == 0) {
		if (!S_ISREG(st.st_mode)) {
			ct_usage_error(error, "%s: exists and is not a regular file",
				       options->output);
			return FALSE;
		}
		real = realpath(options->output, NULL);
		options->target = g_strdup(real);
		free(real);
	} else {
		real = realpath(folder, NULL);
		if (real)
			options->target = g_build_filename(real, name, NULL);
		free(real);
	}
	if (!options->target) {
		ct_usage_error(error, "%s: cannot be made: %s", options->output,
			       g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

/* A word forgotten after -o, and a trace would take the place of somebody's program. */
static gboolean is_input(const struct ct_record_options *options)
{
	g_autofree char *path = g_find_program_in_path(options->program[0]);
	struct stat target, input;

	if (stat(options->target, &target) != 0)
		return FALSE;
	if (path && stat(path, &input) == 0 && input.st_dev == target.st_dev &&
	    input.st_ino == target.st_ino)
		return TRUE;
	for (char *const *word = options->program + 1; *word; word++)
		if (stat(*word, &input) == 0 && input.st_dev == target.st_dev &&
		    input.st_ino == target.st_ino)
			return TRUE;
	return FALSE;
}

static gboolean validate(struct ct_record_options *options, GError **error)
{
	const char *marker = options->start_marker;

	if (!options->program[0]) {
		ct_usage_error(error, "a program is needed; see 'cotenant record --help'");
		return FALSE;
	}
	if (marker && (!*marker || strlen(marker) >= CT_SESSION_TEXT_BYTES)) {
		ct_usage_error(error,
			       "--start-on-marker: a name of 1 to %d bytes is needed",
			       CT_SESSION_TEXT_BYTES - 1);
		return FALSE;
	}
	if (!options->output) {
		g_autofree char *name = g_path_get_basename(options->program[0]);

		options->output = g_strconcat(name, ".ctt", NULL);
	}
	if (!*options->output || g_str_has_suffix(options->output, "/")) {
		ct_usage_error(error, "--output: '%s' names no file", options->output);
		return FALSE;
	}
	if (!resolve(options, error))
		return FALSE;
	if (is_input(options)) {
		ct_usage_error(error,
			       "--output: %s: is the program itself or one of its "
			       "arguments, which the trace would replace",
			       options->output);
		return FALSE;
	}
	return TRUE;
}

gboolean ct_record_options_parse(struct ct_record_options *options, int argc, char **argv,
				 GError **error)
{
	int option;

	memset(options, 0, sizeof(*options));
	options->children = options->check = TRUE;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:o:r:z::qh", table, NULL)) != -1) {
		if (option == ':') {
			ct_usage_error(error, "%s needs a value", argv[optind - 1]);
			return FALSE;
		}
		if (option == '?') {
			if (optopt >= 256 || (optopt && strchr("orzqh", optopt)))
				ct_usage_error(error, "%s: takes no value",
					       argv[optind - 1]);
			else if (optopt > 0)
				ct_usage_error(error,
					       "unknown option -%c; see 'cotenant record "
					       "--help'",
					       optopt);
			else
				ct_usage_error(error,
					       "%s: no such option, or several that begin "
					       "so; see 'cotenant record --help'",
					       argv[optind - 1]);
			return FALSE;
		}
		if (!set(options, option, optarg, error))
			return FALSE;
	}
	options->program = argv + optind;
	return options->help || validate(options, error);
}

void ct_record_options_clear(struct ct_record_options *options)
{
	g_free(options->output);
	g_free(options->target);
}
