/*
 * cotenant - the program: a table of commands.
 *
 * A command is one row here and one cmd-NAME.c.  The parts that touch a GPU are programs
 * of their own, cotenant-NAME, so that this one links no vendor library; a name that is
 * not in the table is tried as one as well.
 */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "traces/tempfile.h"

static const char about[] =
	"Replays real GPU programs as tenants of one GPU under sharing policies.";

static const struct ct_command commands[] = {
	{ "run", "run several traces on one GPU, policy by policy", ct_cmd_run },
	{ "record", "run a program and record its GPU work as a trace", ct_cmd_record },
	{ "calibrate", "measure this machine's GPU into a device file", ct_cmd_calibrate },
	{ "trace", "show, check, cut, convert and generate traces", ct_cmd_trace },
	{ "policy", "list, show, check and replay sharing policies", ct_cmd_policy },
	{ "device", "list, show and check GPU boards", ct_cmd_device },
	{ "help", "what cotenant can do, or the manual of one command", ct_cmd_help },
	{ NULL, NULL, NULL },
};

/* Its page is cotenant-record(1), and its options end where a program begins. */
int ct_cmd_record(int argc, char **argv)
{
	ct_cli_become(argv);
	return ct_cli_usage("record",
			    "cotenant-record is neither beside cotenant nor in PATH");
}

/* As above: cotenant-calibrate(1). */
int ct_cmd_calibrate(int argc, char **argv)
{
	ct_cli_become(argv);
	return ct_cli_usage("calibrate",
			    "cotenant-calibrate is neither beside cotenant nor in PATH");
}

int ct_cmd_help(int argc, char **argv)
{
	char *ask[] = { argv[1], (char *)"--help", NULL };
	char *all[] = { (char *)"cotenant", (char *)"--help", NULL };

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return ct_cli_dispatch("cotenant", about, commands, 2, all);
	for (const struct ct_command *c = commands; c->name; c++)
		if (strcmp(c->name, argv[1]) == 0 && c->run != ct_cmd_help)
			return c->run(2, ask);
	if (strcmp(argv[1], "help") == 0)
		return ct_cli_dispatch("cotenant", about, commands, 2, all);
	return ct_cli_usage("help", "no command '%s'; see 'cotenant --help'", argv[1]);
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, ""); /* names may be UTF-8; numbers stay in the C locale */
	ct_cli_ignore_sigpipe();
	ct_tempfile_catch_signals();
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("cotenant " PACKAGE_VERSION);
		return ct_cli_finish(NULL, CT_EXIT_OK);
	}
	return ct_cli_dispatch("cotenant", about, commands, argc, argv);
}
