/*
 * suite-record - what recording costs: figures of benchmarks that are programs of their own,
 * since what is loaded into other programs is not linked with the simulator.
 *
 * They print rows as rows.h says; SUITE_TURNS or fewer of each are behind a row.
 */
#include <math.h>
#include <stdio.h>

#include "tests/bench/suite.h"

/* FALSE if LINE is none. */
static gboolean add_line(struct suite *s, const char *line)
{
	struct suite_row row = { .less = TRUE };
	char name[64], unit[32];
	double least, goal;
	int used = 0;

	if (sscanf(line, "%63s %lf %31s %lf %lf %n", name, &row.value, unit, &least, &goal,
		   &used) != 5 ||
	    used == 0)
		return FALSE;
	row.name = g_intern_string(name);
	row.unit = g_intern_string(unit);
	row.peer_value = least > 0 ? least : NAN;
	row.peer = least > 0 ? g_strdup_printf("%s", line + used) : NULL;
	row.goal = goal > 0 ? goal : NAN;
	suite_add(s, row);
	return TRUE;
}

static void run(struct suite *s, const char *program)
{
	char *command[] = { (char *)program, (char *)"--rows", NULL };
	g_autoptr(GError) error = NULL;
	g_autofree char *out = NULL;
	g_auto(GStrv) lines = NULL;
	int status = 0;

	if (!g_spawn_sync(NULL, command, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL,
			  &status, &error) ||
	    !g_spawn_check_wait_status(status, &error)) {
		fprintf(stderr, "suite: %s: %s\n", program, error->message);
		s->failed = TRUE;
		return;
	}
	lines = g_strsplit(out, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (**line && !add_line(s, *line)) {
			fprintf(stderr, "suite: %s: printed '%s'\n", program, *line);
			s->failed = TRUE;
		}
	}
}

void suite_record(struct suite *s)
{
	static const char *const prefix[] = { "record", "marker", "import.spool" };
	gboolean wanted = FALSE;

	for (size_t i = 0; i < G_N_ELEMENTS(prefix); i++)
		wanted |= suite_wants(s, prefix[i]);
	for (char **program = s->rows_of; wanted && program && *program; program++)
		run(s, *program);
}
