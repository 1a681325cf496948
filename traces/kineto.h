/*
 * kineto.h - reads the JSON of the PyTorch profiler, event by event.
 *
 * The file is the Chrome trace format: an array of events, bare or as "traceEvents" of
 * an object, and in that object what the profiler knows of the machine.  The reader
 * hands over the events an importer may want, one at a time, and nothing else leaves
 * it: what stands in metadata, environment or other places is checked to be JSON and
 * forgotten.
 */
#ifndef CT_TRACES_KINETO_H
#define CT_TRACES_KINETO_H

#include <glib.h>

#include "traces/format.h"

enum ct_kineto_category {
	CT_KINETO_NONE, /* the event names no category */
	CT_KINETO_KERNEL,
	CT_KINETO_MEMCPY,
	CT_KINETO_MEMSET,
	CT_KINETO_CALL, /* a function of the runtime or the driver */
	CT_KINETO_SYNC, /* what such a function waited for */
	CT_KINETO_ANNOTATION,
};

enum ct_kineto_field {
	CT_KINETO_TS, /* times in ns; everything else as it stands in the file */
	CT_KINETO_DUR,
	CT_KINETO_PID, /* of a text: a number made from it */
	CT_KINETO_TID,
	CT_KINETO_DEVICE,
	CT_KINETO_CONTEXT,
	CT_KINETO_STREAM,
	CT_KINETO_CORRELATION,
	CT_KINETO_REGISTERS,
	CT_KINETO_SMEM,
	CT_KINETO_BYTES,
	CT_KINETO_GRAPH,
	CT_KINETO_GRAPH_NODE,
	CT_KINETO_WAIT_STREAM,
	CT_KINETO_WAIT_RECORD, /* correlation of the call that recorded the event */
	CT_KINETO_WAIT_EVENT,
	CT_KINETO_GRID_X,
	CT_KINETO_GRID_Y,
	CT_KINETO_GRID_Z,
	CT_KINETO_BLOCK_X,
	CT_KINETO_BLOCK_Y,
	CT_KINETO_BLOCK_Z,
	CT_KINETO_FIELDS
};

struct ct_kineto_event {
	enum ct_kineto_category category;
	guint64 number; /* place in the array of events, from 0 */
	guint32 has;    /* bit 1 << field: VALUE is there */
	guint32 bad;    /* bit 1 << field: a number that does not fit 64 bits */
	gint64 value[CT_KINETO_FIELDS];
	const char *name; /* valid during the call; not terminated */
	size_t name_length;
};

struct ct_kineto_handler {
	void *data;
	/* A complete event ("ph": "X") of one of the categories above. */
	gboolean (*event)(void *data, const struct ct_kineto_event *, GError **);
	/* One of "deviceProperties". */
	void (*device)(void *data, struct ct_device_record *, const char *name);
	/* "baseTimeNanoseconds"; may come after the events. */
	void (*base)(void *data, gint64 base_ns);
};

/* The field as its source spells it, for messages. */
const char *ct_kineto_field_name(enum ct_kineto_field field);

/* Reads PATH, gzip or plain.  Memory does not grow with the file. */
gboolean ct_kineto_read(const char *path, const struct ct_kineto_handler *,
			void (*progress)(double done, void *data), void *progress_data,
			GError **);

#endif
