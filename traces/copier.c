/*
 * copier - operations of one trace, appended to another.
 *
 * One map per table gives the new index of an old one, filled when an operation first
 * names it.  What only says more of a record (how a process was recorded, which SMs a
 * context has, how long a shape takes) follows it.  The target is written under a
 * temporary name and renamed when complete, so that a failed cut or merge leaves nothing
 * and may replace its own input.
 */
#include "traces/copier.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/saturate.h"

/* The records of a table that name another's, by that. */
struct chain {
	uint32_t *first, *next; /* CT_NONE: no more */
};

struct ct_copier {
	const struct ct_trace *from;
	struct ct_copy_target *to;
	char *process_name;
	uint32_t unnamed_process; /* stands for CT_NONE once written */
	uint32_t *string, *device, *process, *context, *stream, *lane, *shape, *counter;
	struct chain counters, curves; /* of a shape */
	struct chain recordings;       /* of a process */
	struct chain greens;           /* of a context */
	GHashTable *graphs;  /* uint64_t *: process and number -> 1 + index; NULL: none */
	uint64_t last_graph; /* copied, or not there */
	uint64_t *graph_key; /* of each */
};

static uint32_t *new_map(uint32_t n)
{
	uint32_t *map = g_new(uint32_t, (gsize)n + 1);

	memset(map, 0xff, ((gsize)n + 1) * sizeof(*map));
	return map;
}

/* Of N records, of which KEY_OFFSET says where the index into a table of N_KEYS stands. */
static struct chain new_chain(uint32_t n_keys, const void *records, uint32_t n, gsize bytes,
			      gsize key_offset)
{
	struct chain chain = { new_map(n_keys), new_map(n) };

	for (uint32_t i = n; i-- > 0;) {
		uint32_t key =
			*(const uint32_t *)((const char *)records + i * bytes + key_offset);

		if (key == CT_NONE)
			continue;
		chain.next[i] = chain.first[key];
		chain.first[key] = i;
	}
	return chain;
}

#define CHAIN(n_keys, records, n, type, field)                                             \
	new_chain(n_keys, records, n, sizeof(struct type), offsetof(struct type, field))

static void free_chain(struct chain *chain)
{
	g_free(chain->first);
	g_free(chain->next);
}

static uint64_t graph_key(uint32_t process, uint32_t graph)
{
	return (uint64_t)process << 32 | graph;
}

/* Of several records of one graph the last one counts: only that is copied. */
static void index_graphs(struct ct_copier *copier)
{
	const struct ct_trace *from = copier->from;

	if (!from->n_graphs)
		return;
	copier->graphs = g_hash_table_new(g_int64_hash, g_int64_equal);
	copier->graph_key = g_new(uint64_t, from->n_graphs);
	for (uint32_t i = 0; i < from->n_graphs; i++) {
		copier->graph_key[i] =
			graph_key(from->graph[i].process, from->graph[i].graph);
		g_hash_table_replace(copier->graphs, &copier->graph_key[i],
				     GUINT_TO_POINTER(i + 1));
	}
}

struct ct_copier *ct_copier_new(const struct ct_trace *from, struct ct_copy_target *to,
				const char *process_name)
{
	struct ct_copier *copier = g_new0(struct ct_copier, 1);

	copier->from = from;
	copier->to = to;
	copier->process_name = g_strdup(process_name);
	copier->unnamed_process = CT_NONE;
	copier->string = new_map(from->n_strings);
	copier->device = new_map(from->n_devices);
	copier->process = new_map(from->n_processes);
	copier->context = new_map(from->n_contexts);
	copier->stream = new_map(from->n_streams);
	copier->lane = new_map(from->n_lanes);
	copier->shape = new_map(from->n_shapes);
	copier->counter = new_map(from->n_counters);
	copier->counters = CHAIN(from->n_shapes, from->counter, from->n_counters,
				 ct_counter_record, shape);
	copier->curves =
		CHAIN(from->n_shapes, from->curve, from->n_curves, ct_curve_record, shape);
	copier->recordings = CHAIN(from->n_processes, from->recording, from->n_recordings,
				   ct_recording_record, process);
	copier->greens = CHAIN(from->n_contexts, from->green, from->n_green,
			       ct_green_record, context);
	index_graphs(copier);
	return copier;
}

void ct_copier_free(struct ct_copier *copier)
{
	if (!copier)
		return;
	g_free(copier->process_name);
	g_free(copier->string);
	g_free(copier->device);
	g_free(copier->process);
	g_free(copier->context);
	g_free(copier->stream);
	g_free(copier->lane);
	g_free(copier->shape);
	g_free(copier->counter);
	free_chain(&copier->counters);
	free_chain(&copier->curves);
	free_chain(&copier->recordings);
	free_chain(&copier->greens);
	if (copier->graphs)
		g_hash_table_unref(copier->graphs);
	g_free(copier->graph_key);
	g_free(copier);
}

static gboolean write_error(const struct ct_copier *copier, int64_t code, GError **error)
{
	ct_input_error(error, "%s: cannot write: %s", copier->to->path,
		       code == -EINVAL
			       ? "an operation's times would leave the format's range"
			       : g_strerror((int)-code));
	return FALSE;
}

/* Every copy_*() below sets *INDEX, an index of the source's table, to the target's. */
static gboolean keep(const struct ct_copier *copier, uint32_t *map, uint32_t *index,
		     int64_t written, GError **error)
{
	if (written < 0)
		return write_error(copier, written, error);
	map[*index] = (uint32_t)written;
	*index = (uint32_t)written;
	return TRUE;
}

static gboolean is_known(const uint32_t *map, uint32_t *index)
{
	if (*index == CT_NONE)
		return TRUE;
	if (map[*index] == CT_NONE)
		return FALSE;
	*index = map[*index];
	return TRUE;
}

static gboolean copy_string(struct ct_copier *copier, uint32_t *index, GError **error)
{
	const char *text;

	if (is_known(copier->string, index))
		return TRUE;
	text = ct_trace_string(copier->from, *index);
	return keep(copier, copier->string, index,
		    ct_writer_string(copier->to->writer, text, strlen(text)), error);
}

struct target_device {
	struct ct_device_record source; /* its name is the target's */
	uint32_t id;                    /* as written */
};

static gboolean is_taken(const GArray *devices, uint32_t id)
{
	for (guint i = 0; i < devices->len; i++)
		if (g_array_index(devices, struct target_device, i).id == id)
			return TRUE;
	return FALSE;
}

static gboolean copy_device(struct ct_copier *copier, uint32_t *index, GError **error)
{
	GArray *devices = copier->to->devices;
	struct target_device device = { 0 };
	struct ct_device_record record;

	if (is_known(copier->device, index))
		return TRUE;
	record = copier->from->device[*index];
	if (!copy_string(copier, &record.name, error))
		return FALSE;
	for (guint i = 0; i < devices->len; i++)
		if (!memcmp(&g_array_index(devices, struct target_device, i).source,
			    &record, sizeof(record)))
			return keep(copier, copier->device, index, i, error);
	device.source = record;
	while (is_taken(devices, record.id))
		record.id++;
	device.id = record.id;
	g_array_append_val(devices, device);
	return keep(copier, copier->device, index,
		    ct_writer_device(copier->to->writer, &record), error);
}

/* Work without a process gets one of its own if the copier was given a name for it. */
static gboolean copy_no_process(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_process_record record = { 0 };
	int64_t written;

	if (!copier->process_name)
		return TRUE;
	if (copier->unnamed_process == CT_NONE) {
		written = ct_writer_string(copier->to->writer, copier->process_name,
					   strlen(copier->process_name));
		if (written < 0)
			return write_error(copier, written, error);
		record.name = (uint32_t)written;
		written = ct_writer_process(copier->to->writer, &record);
		if (written < 0)
			return write_error(copier, written, error);
		copier->unnamed_process = (uint32_t)written;
	}
	*index = copier->unnamed_process;
	return TRUE;
}

static gboolean copy_recordings(struct ct_copier *copier, uint32_t old, uint32_t process,
				GError **error)
{
	for (uint32_t i = copier->recordings.first[old]; i != CT_NONE;
	     i = copier->recordings.next[i]) {
		struct ct_recording_record record = copier->from->recording[i];
		int64_t written;

		record.process = process;
		written = ct_writer_recording(copier->to->writer, &record);
		if (written < 0)
			return write_error(copier, written, error);
	}
	return TRUE;
}

static gboolean copy_process(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_process_record record;
	uint32_t old = *index;

	if (*index == CT_NONE)
		return copy_no_process(copier, index, error);
	if (is_known(copier->process, index))
		return TRUE;
	record = copier->from->process[*index];
	return copy_string(copier, &record.name, error) &&
	       keep(copier, copier->process, index,
		    ct_writer_process(copier->to->writer, &record), error) &&
	       copy_recordings(copier, old, *index, error);
}

static gboolean copy_green(struct ct_copier *copier, uint32_t old, uint32_t context,
			   GError **error)
{
	uint32_t i = copier->greens.first[old];
	struct ct_green_record record;
	int64_t written;

	if (i == CT_NONE)
		return TRUE;
	record = copier->from->green[i];
	record.context = context;
	written = ct_writer_green(copier->to->writer, &record);
	return written < 0 ? write_error(copier, written, error) : TRUE;
}

static gboolean copy_context(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_context_record record;
	uint32_t old = *index;

	if (is_known(copier->context, index))
		return TRUE;
	record = copier->from->context[*index];
	return copy_process(copier, &record.process, error) &&
	       copy_device(copier, &record.device, error) &&
	       copy_context(copier, &record.green_parent, error) &&
	       keep(copier, copier->context, index,
		    ct_writer_context(copier->to->writer, &record), error) &&
	       copy_green(copier, old, *index, error);
}

static gboolean copy_stream(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_stream_record record;

	if (is_known(copier->stream, index))
		return TRUE;
	record = copier->from->stream[*index];
	return copy_context(copier, &record.context, error) &&
	       copy_device(copier, &record.device, error) &&
	       keep(copier, copier->stream, index,
		    ct_writer_stream(copier->to->writer, &record), error);
}

static gboolean copy_lane(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_lane_record record;

	if (is_known(copier->lane, index))
		return TRUE;
	record = copier->from->lane[*index];
	if (record.thread == CT_NONE && !copy_device(copier, &record.device, error))
		return FALSE;
	return copy_process(copier, &record.process, error) &&
	       keep(copier, copier->lane, index,
		    ct_writer_lane(copier->to->writer, &record), error);
}

static gboolean copy_counter(struct ct_copier *copier, uint32_t *index, uint32_t shape,
			     GError **error)
{
	struct ct_counter_record record;

	if (is_known(copier->counter, index))
		return TRUE;
	record = copier->from->counter[*index];
	if (record.shape != CT_NONE)
		record.shape = shape;
	return keep(copier, copier->counter, index,
		    ct_writer_counter(copier->to->writer, &record), error);
}

static gboolean copy_curves(struct ct_copier *copier, uint32_t old, uint32_t shape,
			    GError **error)
{
	for (uint32_t i = copier->curves.first[old]; i != CT_NONE;
	     i = copier->curves.next[i]) {
		struct ct_curve_record record = copier->from->curve[i];
		int64_t written;

		record.shape = shape;
		written = ct_writer_curve(copier->to->writer, &record);
		if (written < 0)
			return write_error(copier, written, error);
	}
	return TRUE;
}

/* A shape brings what was measured for all of its launches. */
static gboolean copy_shape(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_shape_record record;
	uint32_t old = *index;

	if (is_known(copier->shape, index))
		return TRUE;
	record = copier->from->shape[old];
	if (!copy_string(copier, &record.name, error) ||
	    !keep(copier, copier->shape, index,
		  ct_writer_shape(copier->to->writer, &record), error))
		return FALSE;
	for (uint32_t i = copier->counters.first[old]; i != CT_NONE;
	     i = copier->counters.next[i]) {
		uint32_t counter = i;

		if (!copy_counter(copier, &counter, *index, error))
			return FALSE;
	}
	return copy_curves(copier, old, *index, error);
}

/* The edges of the graph that an operation of PROCESS names, PROCESS being the source's. */
static gboolean copy_graph(struct ct_copier *copier, uint32_t process, uint32_t graph,
			   GError **error)
{
	uint64_t key = graph_key(process, graph);
	const struct ct_graph_record *record;
	g_autofree struct ct_graph_edge_record *edge = NULL;
	uint32_t index;
	int64_t written;

	if (!copier->graphs || !graph || key == copier->last_graph)
		return TRUE;
	copier->last_graph = key;
	index = GPOINTER_TO_UINT(g_hash_table_lookup(copier->graphs, &key));
	if (!index)
		return TRUE;
	g_hash_table_remove(copier->graphs, &key);
	record = &copier->from->graph[index - 1];
	if (!copy_process(copier, &process, error))
		return FALSE;
	edge = g_new(struct ct_graph_edge_record, (gsize)record->n_edges + 1);
	for (uint32_t i = 0; i < record->n_edges; i++) {
		edge[i] = copier->from->edge[record->first_edge + i];
		edge[i].from += record->first_node;
		edge[i].to += record->first_node;
	}
	written =
		ct_writer_graph(copier->to->writer, process, graph, edge, record->n_edges);
	/* Edges beyond what a file may hold are left out, as a recorder leaves them. */
	if (written < 0 && written != -E2BIG)
		return write_error(copier, written, error);
	return TRUE;
}

static gboolean copy_named(struct ct_copier *copier, struct ct_op *op, GError **error)
{
	switch (op->kind) {
	case CT_OP_KERNEL:
		return copy_shape(copier, &op->shape, error) &&
		       copy_counter(copier, &op->counter, op->shape, error);
	case CT_OP_MARKER_BEGIN:
	case CT_OP_MARKER_END:
		return copy_string(copier, &op->name, error);
	case CT_OP_DEVICE_SYNC:
		return copy_context(copier, &op->context, error);
	default:
		return TRUE;
	}
}

static void shift(int64_t *time_ns, int64_t by_ns)
{
	if (*time_ns != CT_TIME_NONE)
		*time_ns = ct_add_saturated(*time_ns, by_ns);
}

gboolean ct_copier_op(struct ct_copier *copier, uint32_t lane, const struct ct_op *op,
		      int64_t shift_ns, uint64_t sequence_base, GError **error)
{
	uint32_t process = copier->from->lane[lane].process;
	struct ct_op copy = *op;
	int code;

	if (!copy_lane(copier, &lane, error) ||
	    !copy_graph(copier, process, op->graph, error) ||
	    !copy_stream(copier, &copy.stream, error) || !copy_named(copier, &copy, error))
		return FALSE;
	shift(&copy.api_start_ns, shift_ns);
	shift(&copy.api_end_ns, shift_ns);
	shift(&copy.start_ns, shift_ns);
	shift(&copy.end_ns, shift_ns);
	copy.sequence += sequence_base;
	code = ct_writer_op(copier->to->writer, lane, &copy);
	return code < 0 ? write_error(copier, code, error) : TRUE;
}

static gboolean copy_ops_of(struct ct_copier *copier, uint32_t lane, GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(copier->from, lane);
	g_autoptr(GError) failure = NULL;
	const struct ct_op *op;
	gboolean ok = TRUE;

	while (ok && (op = ct_cursor_next(cursor, &failure)))
		ok = ct_copier_op(copier, lane, op, 0, 0, &failure);
	ct_cursor_free(cursor);
	if (failure)
		g_propagate_error(error, g_steal_pointer(&failure));
	return ok && !failure;
}

gboolean ct_copier_ops(struct ct_copier *copier, GError **error)
{
	gboolean ok = TRUE;

	for (uint32_t lane = 0; ok && lane < copier->from->n_lanes; lane++)
		ok = copy_ops_of(copier, lane, error);
	return ok;
}

gboolean ct_copier_recordings(struct ct_copier *copier, GError **error)
{
	for (uint32_t i = 0; i < copier->from->n_recordings; i++) {
		uint32_t process = copier->from->recording[i].process;

		if (!copy_process(copier, &process, error))
			return FALSE;
	}
	return TRUE;
}

static char *temporary_name(const struct ct_copy_target *target)
{
	return g_strdup_printf("%s.%ld.part", target->path, (long)getpid());
}

gboolean ct_copy_open(struct ct_copy_target *target, const char *path,
		      const struct ct_writer_options *options, GError **error)
{
	g_autofree char *temporary = NULL;
	int code;

	*target = (struct ct_copy_target){ .path = path };
	temporary = temporary_name(target);
	code = ct_writer_open(temporary, options, &target->writer);
	if (code < 0) {
		ct_input_error(error, "%s: cannot create: %s", path, g_strerror(-code));
		return FALSE;
	}
	target->devices = g_array_new(FALSE, FALSE, sizeof(struct target_device));
	return TRUE;
}

gboolean ct_copy_close(struct ct_copy_target *target, uint64_t n_dropped, gboolean ok,
		       GError **error)
{
	g_autofree char *temporary = temporary_name(target);
	int code = 0;

	g_array_free(target->devices, TRUE);
	if (ok)
		code = ct_writer_close(target->writer, n_dropped);
	else
		ct_writer_abandon(target->writer);
	if (ok && !code && rename(temporary, target->path))
		code = -errno;
	if (ok && code)
		ct_input_error(error, "%s: cannot write: %s", target->path,
			       g_strerror(-code));
	if (!ok || code)
		unlink(temporary);
	return ok && !code;
}

uint64_t ct_copy_dropped(const struct ct_trace *trace)
{
	return trace->n_dropped + (trace->complete ? 0 : 1);
}
