/*
 * ncu-lines.h - the lines of `ncu --csv`, taken apart.
 *
 * Not csv.h: what ncu writes has the program's own output and ncu's remarks between the
 * records, so a quote that never closes is no error but a line of somebody else; every
 * record is one line; and there may be thousands of fields.
 */
#ifndef CT_TRACES_NCU_LINES_H
#define CT_TRACES_NCU_LINES_H

#include <glib.h>

#define CT_NCU_LINE_BYTES (1u << 20)
#define CT_NCU_FIELDS     8192u

struct ct_ncu_line {
	guint64 number; /* from 1 */
	guint n;        /* fields; 0: the line cannot be taken apart */
	char *field[CT_NCU_FIELDS];
	guint column[CT_NCU_FIELDS]; /* where each begins, from 1, in bytes */
	gboolean quoted;             /* it begins with a quote */
};

struct ct_ncu_lines;
struct ct_ncu_lines *ct_ncu_lines_open(const char *path, GError **error);
void ct_ncu_lines_close(struct ct_ncu_lines *);

/* The next line that is not empty, valid until the next call; NULL at the end, or with
 * *ERROR, which must not be NULL. */
const struct ct_ncu_line *ct_ncu_lines_next(struct ct_ncu_lines *, GError **error);

#endif
