/*
 * rows.h - how a benchmark of its own hands its figures to the suite: one a line, NAME VALUE
 * UNIT FLOOR GOAL, then what the floor is.  Less is better in all of them; a goal of 0 was
 * never set.
 */
#ifndef CT_TESTS_ROWS_H
#define CT_TESTS_ROWS_H

#include <stdio.h>
#include <string.h>

static inline int rows_wanted(int argc, char **argv)
{
	return argc > 1 && !strcmp(argv[1], "--rows");
}

static inline void rows_print(const char *name, double value, const char *unit,
			      double least, double goal, const char *what)
{
	printf("%s %.6g %s %.6g %g %s\n", name, value, unit, least, goal, what);
}

#endif
