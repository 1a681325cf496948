/*
 * copier.h - operations of one trace, appended to another.
 *
 * Table records travel with the first operation that names them, so what is written
 * holds what it needs and nothing else; how a process was recorded, how its graphs are
 * connected, which SMs a context has and what was measured of a shape travel with that.
 * Several copiers may feed one writer: strings,
 * shapes and equal devices are shared, while processes, contexts, streams and lanes of
 * different traces stay distinct.  Of different devices with one number, the later one
 * gets the next that is free.
 */
#ifndef CT_TRACES_COPIER_H
#define CT_TRACES_COPIER_H

#include "traces/reader.h"
#include "traces/writer.h"

struct ct_copier;

/* A writer and what is needed to speak about its failures; shared by copiers. */
struct ct_copy_target {
	struct ct_writer *writer;
	const char *path;
	GArray *devices; /* those written, the copiers' own */
};

/* PROCESS_NAME, if not NULL, names a process for work that has none, so that it stays
 * apart from other traces' work. */
struct ct_copier *ct_copier_new(const struct ct_trace *from, struct ct_copy_target *to,
				const char *process_name);
void ct_copier_free(struct ct_copier *);

/* Appends OP of LANE with SHIFT_NS added to its times and SEQUENCE_BASE to its issue
 * number. */
gboolean ct_copier_op(struct ct_copier *, uint32_t lane, const struct ct_op *op,
		      int64_t shift_ns, uint64_t sequence_base, GError **error);

/* Copies all operations as they are. */
gboolean ct_copier_ops(struct ct_copier *, GError **error);

/* Copies how processes were recorded, also those of which no operation is copied. */
gboolean ct_copier_recordings(struct ct_copier *, GError **error);

/* Creates the file PATH and closes it again; ct_copy_close() frees TARGET's insides
 * whatever happens, and with OK false removes the file. */
gboolean ct_copy_open(struct ct_copy_target *target, const char *path,
		      const struct ct_writer_options *options, GError **error);
gboolean ct_copy_close(struct ct_copy_target *target, uint64_t n_dropped, gboolean ok,
		       GError **error);

/* Records a copy of the trace lacks: what its recorder lost, and one more if it was cut
 * off, so that a copy does not look sounder than its source. */
uint64_t ct_copy_dropped(const struct ct_trace *);

#endif
