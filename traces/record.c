/*
 * record - what makes one record of a trace valid.
 *
 * Both ends of the format share these rules.  They hold per record: that operations of
 * a lane are in order, or that markers nest, is the business of who wrote them.
 */
#include "traces/record.h"

size_t ct_record_bytes(uint32_t type)
{
	switch (type) {
	case CT_CHUNK_DEVICES:
		return sizeof(struct ct_device_record);
	case CT_CHUNK_PROCESSES:
		return sizeof(struct ct_process_record);
	case CT_CHUNK_CONTEXTS:
		return sizeof(struct ct_context_record);
	case CT_CHUNK_STREAMS:
		return sizeof(struct ct_stream_record);
	case CT_CHUNK_LANES:
		return sizeof(struct ct_lane_record);
	case CT_CHUNK_SHAPES:
		return sizeof(struct ct_shape_record);
	case CT_CHUNK_COUNTERS:
		return sizeof(struct ct_counter_record);
	case CT_CHUNK_OPS:
		return sizeof(struct ct_op);
	case CT_CHUNK_RECORDINGS:
		return sizeof(struct ct_recording_record);
	case CT_CHUNK_GREEN:
		return sizeof(struct ct_green_record);
	case CT_CHUNK_GRAPH_EDGES:
		return sizeof(struct ct_graph_edge_record);
	case CT_CHUNK_GRAPHS:
		return sizeof(struct ct_graph_record);
	case CT_CHUNK_CURVES:
		return sizeof(struct ct_curve_record);
	case CT_CHUNK_END:
		return sizeof(struct ct_end_record);
	default:
		return 0;
	}
}

const char *ct_chunk_name(uint32_t type)
{
	static const char *const names[] = {
		[CT_CHUNK_STRINGS] = "strings",     [CT_CHUNK_DEVICES] = "devices",
		[CT_CHUNK_PROCESSES] = "processes", [CT_CHUNK_CONTEXTS] = "contexts",
		[CT_CHUNK_STREAMS] = "streams",     [CT_CHUNK_LANES] = "lanes",
		[CT_CHUNK_SHAPES] = "shapes",       [CT_CHUNK_COUNTERS] = "counters",
		[CT_CHUNK_OPS] = "operations",      [CT_CHUNK_RECORDINGS] = "recordings",
		[CT_CHUNK_GREEN] = "green",         [CT_CHUNK_GRAPH_EDGES] = "edges",
		[CT_CHUNK_GRAPHS] = "graphs",       [CT_CHUNK_CURVES] = "curves",
	};

	if (type == CT_CHUNK_END)
		return "end";
	if (type >= CT_N_TABLES || !names[type])
		return "unknown";
	return names[type];
}

static int names_one(const struct ct_table_counts *counts, uint32_t type, uint32_t index)
{
	return index < counts->n[type];
}

static int names_one_or_none(const struct ct_table_counts *counts, uint32_t type,
			     uint32_t index)
{
	return index == CT_NONE || index < counts->n[type];
}

static const char *context_fault(const struct ct_context_record *r,
				 const struct ct_table_counts *counts)
{
	if (!names_one_or_none(counts, CT_CHUNK_PROCESSES, r->process))
		return "process";
	if (!names_one(counts, CT_CHUNK_DEVICES, r->device))
		return "device";
	if (!names_one_or_none(counts, CT_CHUNK_CONTEXTS, r->green_parent))
		return "green_parent";
	return NULL;
}

static const char *stream_fault(const struct ct_stream_record *r,
				const struct ct_table_counts *counts)
{
	if (!names_one_or_none(counts, CT_CHUNK_CONTEXTS, r->context))
		return "context";
	if (!names_one(counts, CT_CHUNK_DEVICES, r->device))
		return "device";
	return NULL;
}

static const char *lane_fault(const struct ct_lane_record *r,
			      const struct ct_table_counts *counts)
{
	if (!names_one_or_none(counts, CT_CHUNK_PROCESSES, r->process))
		return "process";
	if (r->thread == CT_NONE && !names_one_or_none(counts, CT_CHUNK_DEVICES, r->device))
		return "device";
	return NULL;
}

static const char *recording_fault(const struct ct_recording_record *r,
				   const struct ct_table_counts *counts)
{
	if (!names_one(counts, CT_CHUNK_PROCESSES, r->process))
		return "process";
	if (r->clock_error_ns < -1)
		return "clock_error_ns";
	return NULL;
}

static const char *green_fault(const struct ct_green_record *r,
			       const struct ct_table_counts *counts)
{
	if (!names_one(counts, CT_CHUNK_CONTEXTS, r->context))
		return "context";
	if (r->sms == 0 || r->sms > r->device_sms)
		return "sms";
	return NULL;
}

static const char *graph_fault(const struct ct_graph_record *r,
			       const struct ct_table_counts *counts)
{
	if (!names_one_or_none(counts, CT_CHUNK_PROCESSES, r->process))
		return "process";
	if (r->first_edge > counts->n[CT_CHUNK_GRAPH_EDGES])
		return "first_edge";
	if (r->n_edges > counts->n[CT_CHUNK_GRAPH_EDGES] - r->first_edge)
		return "n_edges";
	return NULL;
}

static const char *curve_fault(const struct ct_curve_record *r,
			       const struct ct_table_counts *counts)
{
	if (!names_one(counts, CT_CHUNK_SHAPES, r->shape))
		return "shape";
	if (r->sms == 0)
		return "sms";
	if (r->ns <= 0 || r->ns > CT_TIME_MAX)
		return "ns";
	if (r->spread_ns < 0 || r->spread_ns > CT_TIME_MAX)
		return "spread_ns";
	return r->samples ? NULL : "samples";
}

const char *ct_table_fault(uint32_t type, const void *record,
			   const struct ct_table_counts *counts)
{
	uint32_t name = CT_NONE;

	switch (type) {
	case CT_CHUNK_DEVICES:
		name = ((const struct ct_device_record *)record)->name;
		break;
	case CT_CHUNK_PROCESSES:
		name = ((const struct ct_process_record *)record)->name;
		break;
	case CT_CHUNK_SHAPES:
		name = ((const struct ct_shape_record *)record)->name;
		break;
	case CT_CHUNK_CONTEXTS:
		return context_fault(record, counts);
	case CT_CHUNK_STREAMS:
		return stream_fault(record, counts);
	case CT_CHUNK_LANES:
		return lane_fault(record, counts);
	case CT_CHUNK_COUNTERS:
		return names_one_or_none(counts, CT_CHUNK_SHAPES,
					 ((const struct ct_counter_record *)record)->shape)
			       ? NULL
			       : "shape";
	case CT_CHUNK_RECORDINGS:
		return recording_fault(record, counts);
	case CT_CHUNK_GREEN:
		return green_fault(record, counts);
	case CT_CHUNK_GRAPH_EDGES:
		return ((const struct ct_graph_edge_record *)record)->from ==
				       ((const struct ct_graph_edge_record *)record)->to
			       ? "to"
			       : NULL;
	case CT_CHUNK_GRAPHS:
		return graph_fault(record, counts);
	case CT_CHUNK_CURVES:
		return curve_fault(record, counts);
	default:
		return "type";
	}
	return names_one_or_none(counts, CT_CHUNK_STRINGS, name) ? NULL : "name";
}

/* Both times of a span are recorded or neither is, and it does not run backwards. */
static int is_span(int64_t start_ns, int64_t end_ns)
{
	if (start_ns == CT_TIME_NONE || end_ns == CT_TIME_NONE)
		return start_ns == end_ns;
	return start_ns >= -CT_TIME_MAX && end_ns <= CT_TIME_MAX && start_ns <= end_ns;
}

static const char *kernel_fault(const struct ct_op *op,
				const struct ct_table_counts *counts)
{
	if (op->start_ns == CT_TIME_NONE)
		return "start_ns";
	if (!names_one(counts, CT_CHUNK_SHAPES, op->shape))
		return "shape";
	if (!names_one_or_none(counts, CT_CHUNK_COUNTERS, op->counter))
		return "counter";
	if (op->overlap_ns < 0 || op->overlap_ns > op->end_ns - op->start_ns)
		return "overlap_ns";
	return NULL;
}

const char *ct_op_fault(const struct ct_op *op, const struct ct_table_counts *counts)
{
	if (op->kind == 0 || op->kind >= CT_OP_MAX)
		return "kind";
	if (op->copy > CT_COPY_HTOH)
		return "copy";
	if (!is_span(op->api_start_ns, op->api_end_ns))
		return "api_end_ns";
	if (!is_span(op->start_ns, op->end_ns))
		return "end_ns";
	if (!names_one_or_none(counts, CT_CHUNK_STREAMS, op->stream))
		return "stream";
	/* Work on the device happens in a stream. */
	if (op->start_ns != CT_TIME_NONE && op->stream == CT_NONE)
		return "stream";

	switch (op->kind) {
	case CT_OP_KERNEL:
		return kernel_fault(op, counts);
	case CT_OP_MARKER_BEGIN:
	case CT_OP_MARKER_END:
		return names_one_or_none(counts, CT_CHUNK_STRINGS, op->name) ? NULL
									     : "name";
	case CT_OP_DEVICE_SYNC:
		return names_one_or_none(counts, CT_CHUNK_CONTEXTS, op->context)
			       ? NULL
			       : "context";
	default:
		return NULL;
	}
}
