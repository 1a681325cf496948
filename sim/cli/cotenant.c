/*
 * cotenant - the program: a table of commands.
 *
 * A command is one row here and one cmd-NAME.c.  A name that is not in the table is
 * tried as a program, cotenant-NAME: the parts that touch a GPU are programs of their
 * own, so that this one links no vendor library.
 */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "traces/tempfile.h"

static const char about[] =
	"Replays real GPU programs as tenants of one GPU under sharing policies.";

static const struct ct_command commands[] = {
	{ "run", "run several traces on one GPU, policy by policy", ct_cmd_run },
	{ "trace", "show, check, cut, convert and generate traces", ct_cmd_trace },
	{ "policy", "list, show, check and replay sharing policies", ct_cmd_policy },
	{ "device", "list, show and check GPU boards", ct_cmd_device },
	{ "help", "what cotenant can do, or the manual of one command", ct_cmd_help },
	{ NULL, NULL, NULL },
};

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
	setlocale(LC_CTYPE, "");  /* names may be UTF-8; numbers stay in the C locale */
	signal(SIGPIPE, SIG_IGN); /* a closed stdout is an error we report */
	ct_tempfile_catch_signals();
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("cotenant " PACKAGE_VERSION);
		return ct_cli_finish(NULL, CT_EXIT_OK);
	}
	return ct_cli_dispatch("cotenant", about, commands, argc, argv);
}
