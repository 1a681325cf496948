/*
 * import.h - foreign traces become .ctt files.
 *
 * An importer recognises its format by content and feeds an assembler.  To add one:
 * write import-NAME.c with a `const struct ct_importer`, and add it to the table in
 * import.c.
 */
#ifndef CT_TRACES_IMPORT_H
#define CT_TRACES_IMPORT_H

#include <glib.h>

#include "traces/assemble.h"

struct ct_importer {
	const char *name, *summary;
	/* Looks at the first LENGTH bytes of the file (already gunzipped); of a folder there
	 * are none. */
	gboolean (*probe)(const char *path, const guint8 *head, size_t length);
	/* Parses PATH; PROGRESS may be NULL and gets 0..1. */
	gboolean (*run)(const char *path, struct ct_assembler *,
			void (*progress)(double done, void *data), void *data, GError **);
};

extern const struct ct_importer ct_import_spool, ct_import_kineto, ct_import_nsys_sqlite,
	ct_import_nsys_csv, ct_import_orion_csv;

/* The table, NULL-terminated, in probing order. */
extern const struct ct_importer *const ct_importers[];

struct ct_import_options {
	const char *format; /* an importer's name; NULL: by content */
	int zstd_level;
	void (*progress)(double done, void *data);
	void *data;
};

/* Imports the file IN to OUT.  On failure OUT is left as it was. */
gboolean ct_import(const char *in, const char *out, const struct ct_import_options *,
		   struct ct_import_summary *, GError **);

#endif
