/*
 * cli.h - what every command of the front door shares.
 *
 * Data goes to stdout, talk to stderr.  A command returns one of enum ct_exit; it
 * reports an error with ct_cli_fail(), which prints one line, "cotenant COMMAND: ...",
 * and gives the code to return.  The front door may include every room; nobody
 * includes it.
 */
#ifndef CT_CLI_H
#define CT_CLI_H

#include <glib.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/error.h"

struct ct_command {
	const char *name, *summary;
	/* argv[0] is the command's own name. */
	int (*run)(int argc, char **argv);
};

/* The commands, one row each; commands with subcommands have a table of their own. */
int ct_cmd_run(int argc, char **argv);
int ct_cmd_trace(int argc, char **argv);
int ct_cmd_policy(int argc, char **argv);
int ct_cmd_device(int argc, char **argv);
int ct_cmd_record(int argc, char **argv);
int ct_cmd_calibrate(int argc, char **argv);
int ct_cmd_help(int argc, char **argv);

/* Runs argv[1] from TABLE (ends with name == NULL); answers --help and unknown names. */
int ct_cli_dispatch(const char *prefix, const char *about, const struct ct_command *table,
		    int argc, char **argv);

/* Replaces this program by cotenant-ARGV[0], which lies beside it or in PATH, as if
 * nobody had been here; returns if there is none. */
void ct_cli_become(char **argv);

/* A closed stdout is an error that we report, not a signal. */
void ct_cli_ignore_sigpipe(void);

enum ct_output_format { CT_OUTPUT_TEXT, CT_OUTPUT_JSON, CT_OUTPUT_CSV, CT_OUTPUT_SVG };

/* What a command's options are parsed into. */
struct ct_cli_common {
	enum ct_output_format format;
	gboolean quiet, verbose;
};

/* GOption parsing with --help, --output-format, --quiet and --verbose added.  NAME is
 * the whole command ("trace info"), SYNTAX its arguments, DESCRIPTION what --help says
 * below the options.  What is left of argv are the operands.  FALSE: return *CODE. */
gboolean ct_cli_parse(const char *name, const char *syntax, const char *description,
		      const GOptionEntry *entries, struct ct_cli_common *common, int *argc,
		      char ***argv, int *code);

/* The same with other formats than text, json and csv: FORMATS has 1 << each. */
gboolean ct_cli_parse_as(const char *name, const char *syntax, const char *description,
			 const GOptionEntry *entries, uint32_t formats,
			 struct ct_cli_common *common, int *argc, char ***argv, int *code);

/* Prints and frees ERROR; returns its code if it is one of ours, else CT_EXIT_INPUT. */
int ct_cli_fail(const char *command, GError *error);
int ct_cli_usage(const char *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* stderr, unless --quiet. */
void ct_cli_say(const struct ct_cli_common *, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Flushes stdout; CT_EXIT_FAILED with a message if it could not be written. */
int ct_cli_finish(const char *command, int code);

gboolean ct_cli_colour(FILE *stream); /* a terminal, and no NO_COLOR */

/* A progress bar on stderr, if that is a terminal and not --quiet; matches the
 * callbacks of import.h.  DATA: a struct ct_cli_bar. */
struct ct_cli_bar {
	const char *label;
	gboolean enabled;
	int shown; /* permille last drawn */
};
void ct_cli_bar_start(struct ct_cli_bar *, const struct ct_cli_common *, const char *label);
void ct_cli_bar_step(double done, void *bar);
void ct_cli_bar_end(struct ct_cli_bar *);

/* JSON to stdout: two-space indent, keys in insertion order, final newline. */
void ct_cli_json(json_t *document);

/* The closest of NAMES (NULL-terminated) to TYPO, or NULL if none is near. */
const char *ct_nearest(const char *typo, const char *const *names);

/* "1.234 ms": three significant digits and a unit. */
char *ct_format_ns(double ns);
char *ct_format_bytes(double bytes);
char *ct_format_count(double count);

/* The first WIDTH characters of a name, which may run to kilobytes of template arguments
 * and need not be UTF-8. */
char *ct_format_name(const char *name, glong width);

/*
 * A table: the same rows as aligned text or as CSV.  Cells are copied.  In text, `mark`
 * sets a cell apart (bold on a terminal, else a trailing '*').
 */
struct ct_table;
struct ct_table *ct_table_new(const char *const *columns, const char *alignment);
void ct_table_cell(struct ct_table *, const char *text, gboolean mark);
void ct_table_cellf(struct ct_table *, const char *format, ...) G_GNUC_PRINTF(2, 3);
void ct_table_rule(struct ct_table *); /* a line between groups; text only */
void ct_table_print(struct ct_table *, enum ct_output_format, FILE *);
void ct_table_free(struct ct_table *);

#endif
