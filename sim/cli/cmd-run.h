/*
 * cmd-run.h - what `cotenant run` was asked to do.
 */
#ifndef CT_CLI_CMD_RUN_H
#define CT_CLI_CMD_RUN_H

#include "sim/cli/cli.h"
#include "sim/scenario.h"

struct ct_run_request {
	struct ct_cli_common common;
	struct ct_scenario *scenario;
	guint n_threads; /* 0: one per processor */
	gboolean reproducible, sensitivity;
	char **explain;                   /* NULL: nothing */
	char *ledger, *timeline, *output; /* NULL: none, none, stdout */
};

/* FALSE: return *CODE. */
gboolean ct_run_request_parse(int argc, char **argv, struct ct_run_request *, int *code);
void ct_run_request_clear(struct ct_run_request *);

#endif
