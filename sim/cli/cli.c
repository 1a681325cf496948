/*
 * cli - dispatch, options and talk, alike for every command.
 */
#include "config.h"

#include "sim/cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/nearest.h"

const char *ct_nearest(const char *typo, const char *const *names)
{
	return ct_nearest_name(typo, names);
}

static void list_commands(const char *prefix, const char *about,
			  const struct ct_command *table, FILE *out)
{
	fprintf(out, "Usage: %s COMMAND [OPTION...] [ARGUMENT...]\n\n%s\n\nCommands:\n",
		prefix, about);
	for (; table->name; table++)
		fprintf(out, "  %-10s %s\n", table->name, table->summary);
	fprintf(out, "\n'%s COMMAND --help' tells more about one.\n", prefix);
}

static void (*given_sigpipe)(int) = SIG_DFL;

void ct_cli_ignore_sigpipe(void)
{
	given_sigpipe = signal(SIGPIPE, SIG_IGN);
}

void ct_cli_become(char **argv)
{
	g_autofree char *name = g_strdup_printf("cotenant-%s", argv[0]);
	g_autofree char *here = g_file_read_link("/proc/self/exe", NULL);

	signal(SIGPIPE, given_sigpipe);
	if (here) {
		g_autofree char *dir = g_path_get_dirname(here);
		g_autofree char *beside = g_build_filename(dir, name, NULL);

		execv(beside, argv);
	}
	execvp(name, argv);
	ct_cli_ignore_sigpipe();
}

static int unknown_command(const char *prefix, const struct ct_command *table,
			   const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *near;

	for (; table->name; table++)
		g_ptr_array_add(names, (char *)table->name);
	g_ptr_array_add(names, NULL);
	near = ct_nearest(name, (const char *const *)names->pdata);
	if (near)
		return ct_cli_usage(NULL, "%s: no command '%s'; did you mean '%s'?", prefix,
				    name, near);
	return ct_cli_usage(NULL, "%s: no command '%s'; see '%s --help'", prefix, name,
			    prefix);
}

int ct_cli_dispatch(const char *prefix, const char *about, const struct ct_command *table,
		    int argc, char **argv)
{
	if (argc < 2) {
		list_commands(prefix, about, table, stderr);
		return CT_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		list_commands(prefix, about, table, stdout);
		return ct_cli_finish(prefix, CT_EXIT_OK);
	}
	if (strcmp(argv[1], "--list-commands") == 0) {
		for (const struct ct_command *c = table; c->name; c++)
			puts(c->name);
		return ct_cli_finish(prefix, CT_EXIT_OK);
	}
	for (const struct ct_command *c = table; c->name; c++)
		if (strcmp(c->name, argv[1]) == 0)
			return c->run(argc - 1, argv + 1);
	/* Unknown at the top level: cotenant-NAME may be a program of its own. */
	if (!strchr(prefix, ' ') && !strchr(argv[1], '/'))
		ct_cli_become(argv + 1);
	return unknown_command(prefix, table, argv[1]);
}

static const char *const format_names[] = {
	[CT_OUTPUT_TEXT] = "text",
	[CT_OUTPUT_JSON] = "json",
	[CT_OUTPUT_CSV] = "csv",
	[CT_OUTPUT_SVG] = "svg",
};

/* "text (default), json or csv": FIRST is what follows the first of them. */
static char *list_formats(uint32_t formats, const char *first, const char *last)
{
	GString *list = g_string_new(NULL);

	for (uint32_t i = 0; i < G_N_ELEMENTS(format_names); i++) {
		if (!(formats >> i & 1))
			continue;
		if (list->len)
			g_string_append(list, formats >> (i + 1) ? ", " : last);
		g_string_append_printf(list, "%s%s", format_names[i],
				       list->len ? "" : first);
	}
	return g_string_free(list, FALSE);
}

static gboolean set_format(const char *value, uint32_t formats,
			   enum ct_output_format *format)
{
	for (uint32_t i = 0; i < G_N_ELEMENTS(format_names); i++) {
		if (!(formats >> i & 1) || strcmp(value, format_names[i]) != 0)
			continue;
		*format = (enum ct_output_format)i;
		return TRUE;
	}
	return FALSE;
}

gboolean ct_cli_parse(const char *name, const char *syntax, const char *description,
		      const GOptionEntry *entries, struct ct_cli_common *common, int *argc,
		      char ***argv, int *code)
{
	return ct_cli_parse_as(name, syntax, description, entries,
			       1u << CT_OUTPUT_TEXT | 1u << CT_OUTPUT_JSON |
				       1u << CT_OUTPUT_CSV,
			       common, argc, argv, code);
}

gboolean ct_cli_parse_as(const char *name, const char *syntax, const char *description,
			 const GOptionEntry *entries, uint32_t formats,
			 struct ct_cli_common *common, int *argc, char ***argv, int *code)
{
	g_autofree char *format = NULL, *program = NULL;
	g_autofree char *listed = list_formats(formats, " (default)", " or ");
	g_autofree char *how = g_strconcat("How to print: ", listed, NULL);
	gboolean help = FALSE;
	const GOptionEntry shared[] = {
		{ "output-format", 0, 0, G_OPTION_ARG_STRING, &format, how, "FORMAT" },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &common->quiet,
		  "Say nothing but errors on stderr", NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &common->verbose,
		  "Say more on stderr", NULL },
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	GOptionContext *context = g_option_context_new(syntax);
	GError *error = NULL;
	gboolean ok = FALSE;

	memset(common, 0, sizeof(*common));
	program = g_strdup_printf("cotenant %s", name);
	g_set_prgname(program);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_description(context, description);
	if (entries)
		g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_add_main_entries(context, shared, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		*code = ct_cli_usage(name, "%s; see 'cotenant %s --help'", error->message,
				     name);
		g_error_free(error);
	} else if (help) {
		g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

		fputs(text, stdout);
		*code = ct_cli_finish(name, CT_EXIT_OK);
	} else if (format && !set_format(format, formats, &common->format)) {
		g_autofree char *all = list_formats(formats, "", " and ");

		*code = ct_cli_usage(name, "--output-format: no format '%s'; there are %s",
				     format, all);
	} else {
		/* what follows a "--" is an operand */
		if (*argc > 1 && strcmp((*argv)[1], "--") == 0) {
			memmove(*argv + 1, *argv + 2, (size_t)(*argc - 1) * sizeof(**argv));
			--*argc;
		}
		ok = TRUE;
	}
	g_option_context_free(context);
	return ok;
}

static void complain(const char *command, const char *message)
{
	gboolean colour = ct_cli_colour(stderr);

	fprintf(stderr, "%scotenant%s%s:%s %s\n", colour ? "\033[1;31m" : "",
		command ? " " : "", command ? command : "", colour ? "\033[0m" : "",
		message);
}

int ct_cli_fail(const char *command, GError *error)
{
	int code = CT_EXIT_INPUT;

	complain(command, error->message);
	if (error->domain == CT_ERROR)
		code = error->code;
	g_error_free(error);
	return code;
}

int ct_cli_usage(const char *command, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	if (command)
		complain(command, message);
	else
		fprintf(stderr, "%s\n", message);
	return CT_EXIT_USAGE;
}

void ct_cli_say(const struct ct_cli_common *common, const char *format, ...)
{
	va_list args;

	if (common && common->quiet)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int ct_cli_finish(const char *command, int code)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		g_autofree char *message =
			g_strdup_printf("standard output: %s", g_strerror(errno));

		complain(command, message);
		return code == CT_EXIT_OK ? CT_EXIT_FAILED : code;
	}
	return code;
}

gboolean ct_cli_colour(FILE *stream)
{
	const char *no_colour = g_getenv("NO_COLOR");
	const char *term = g_getenv("TERM");

	return !(no_colour && *no_colour) && isatty(fileno(stream)) &&
	       !(term && strcmp(term, "dumb") == 0);
}

void ct_cli_bar_start(struct ct_cli_bar *bar, const struct ct_cli_common *common,
		      const char *label)
{
	bar->label = label;
	bar->enabled = !(common && common->quiet) && isatty(STDERR_FILENO);
	bar->shown = -1;
}

void ct_cli_bar_step(double done, void *data)
{
	enum { WIDTH = 30 };
	struct ct_cli_bar *bar = data;
	int permille = (int)(CLAMP(done, 0, 1) * 1000);
	char line[WIDTH + 1];

	if (!bar->enabled || permille / 10 == bar->shown / 10)
		return;
	bar->shown = permille;
	memset(line, ' ', WIDTH);
	memset(line, '#', (size_t)(permille * WIDTH / 1000));
	line[WIDTH] = '\0';
	fprintf(stderr, "\r%s [%s] %3d %%", bar->label, line, permille / 10);
}

void ct_cli_bar_end(struct ct_cli_bar *bar)
{
	if (bar->enabled && bar->shown >= 0)
		fputs("\r\033[K", stderr);
	bar->enabled = FALSE;
}

void ct_cli_json(json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
}
