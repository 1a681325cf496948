/*
 * suite.h - the rows that tests/bench/run prints: a figure, whom it stands beside, a goal.
 *
 * Every figure is the median of SUITE_TURNS, and so is its peer's, measured in turns
 * with it in the same run: only their ratio means anything on another machine.  Goals
 * were set for one core of a 2-core AMD EPYC (family 26) virtual machine.
 */
#ifndef CT_TESTS_SUITE_H
#define CT_TESTS_SUITE_H

#include <glib.h>

enum { SUITE_TURNS = 7 };

struct suite_row {
	const char *name; /* static, as is the next */
	const char *unit;
	char *peer; /* NULL: none */
	double value;
	double peer_value; /* in the same unit; NaN: none */
	double goal;       /* in the same unit; NaN: none was set */
	gboolean less;     /* the goal is an upper bound */
};

struct suite {
	GArray *rows;           /* struct suite_row */
	const char *only;       /* rows whose name begins with it; NULL: all */
	const char *ns3_path;   /* of the program, NULL: not built */
	const char *simpy_path; /* of the script, NULL: no SimPy */
	const char *python;     /* that has it */
	char **rows_of;         /* programs that print rows; NULL: none */
	gboolean failed;
};

/* Whether any row that begins with PREFIX is wanted. */
gboolean suite_wants(const struct suite *, const char *prefix);

/* The row is dropped if it is not wanted. */
void suite_add(struct suite *, struct suite_row);

void suite_runs(struct suite *);   /* suite-runs.c: whole runs beside their floors */
void suite_engine(struct suite *); /* suite-engine.c: grid sizes, memory */
void suite_model(struct suite *);  /* suite-model.c: the event core beside ns-3, SimPy */
void suite_import(struct suite *); /* suite-model.c: traces beside yajl */
void suite_record(struct suite *); /* suite-record.c: recording, in programs of its own */

#endif
