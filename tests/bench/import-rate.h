/*
 * import-rate.h - how fast a trace of the PyTorch profiler is imported.
 *
 * A file is written in the mix of events of real ones: 25 events to a kernel, most of
 * them Python frames and CPU operators.  Then, in turns so that the figures compare, it
 * is read, parsed by yajl with empty callbacks, and imported.
 */
#ifndef CT_TESTS_IMPORT_RATE_H
#define CT_TESTS_IMPORT_RATE_H

#include <glib.h>

/* What a step took: on the clock, and of the processor.  All of it is one thread, so the
 * two agree on a machine with nothing else to do. */
struct import_cost {
	double wall_s, cpu_s;
};

struct import_rate {
	double megabytes;
	struct import_cost read, parse, import; /* the least of several turns */
	long peak_mib;                          /* of the process so far */
};

gboolean import_rate(guint64 megabytes, struct import_rate *, GError **error);

#endif
