/*
 * copier - operations of one trace, appended to another.
 *
 * One map per table gives the new index of an old one, filled when an operation first
 * names it.  The target is written under a temporary name and renamed when complete, so
 * that a failed cut or merge leaves nothing and may replace its own input.
 */
#include "traces/copier.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "traces/saturate.h"

struct ct_copier {
	const struct ct_trace *from;
	struct ct_copy_target *to;
	char *process_name;
	uint32_t unnamed_process; /* stands for CT_NONE once written */
	uint32_t *string, *device, *process, *context, *stream, *lane, *shape, *counter;
	uint32_t *first_counter, *next_counter; /* those of a shape, as a chain */
};

static uint32_t *new_map(uint32_t n)
{
	uint32_t *map = g_new(uint32_t, (gsize)n + 1);

	memset(map, 0xff, ((gsize)n + 1) * sizeof(*map));
	return map;
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
	copier->first_counter = new_map(from->n_shapes);
	copier->next_counter = new_map(from->n_counters);
	for (uint32_t i = from->n_counters; i-- > 0;) {
		uint32_t shape = from->counter[i].shape;

		if (shape == CT_NONE)
			continue;
		copier->next_counter[i] = copier->first_counter[shape];
		copier->first_counter[shape] = i;
	}
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
	g_free(copier->first_counter);
	g_free(copier->next_counter);
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

static gboolean copy_process(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_process_record record;

	if (*index == CT_NONE)
		return copy_no_process(copier, index, error);
	if (is_known(copier->process, index))
		return TRUE;
	record = copier->from->process[*index];
	return copy_string(copier, &record.name, error) &&
	       keep(copier, copier->process, index,
		    ct_writer_process(copier->to->writer, &record), error);
}

static gboolean copy_context(struct ct_copier *copier, uint32_t *index, GError **error)
{
	struct ct_context_record record;

	if (is_known(copier->context, index))
		return TRUE;
	record = copier->from->context[*index];
	return copy_process(copier, &record.process, error) &&
	       copy_device(copier, &record.device, error) &&
	       copy_context(copier, &record.green_parent, error) &&
	       keep(copier, copier->context, index,
		    ct_writer_context(copier->to->writer, &record), error);
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

/* A shape brings the counters that were measured for all of its launches. */
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
	for (uint32_t i = copier->first_counter[old]; i != CT_NONE;
	     i = copier->next_counter[i]) {
		uint32_t counter = i;

		if (!copy_counter(copier, &counter, *index, error))
			return FALSE;
	}
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
	struct ct_op copy = *op;
	int code;

	if (!copy_lane(copier, &lane, error) || !copy_stream(copier, &copy.stream, error) ||
	    !copy_named(copier, &copy, error))
		return FALSE;
	shift(&copy.api_start_ns, shift_ns);
	shift(&copy.api_end_ns, shift_ns);
	shift(&copy.start_ns, shift_ns);
	shift(&copy.end_ns, shift_ns);
	copy.sequence += sequence_base;
	code = ct_writer_op(copier->to->writer, lane, &copy);
	return code < 0 ? write_error(copier, code, error) : TRUE;
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
