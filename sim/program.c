/*
 * program - one pass over a trace, for what a run must know beforehand.
 *
 * Calls.  Non-blocking calls keep their recorded length when replayed, except those
 * that evidently stood still (lazy module loading, a full launch queue): they would
 * replay an accident of the recording.  What is usual is taken per kind of call.
 */
#include "sim/program.h"

#include <string.h>

#include "sim/base/error.h"

/* Calls shorter than this all count alike; steps of 1/8 octave above. */
enum { LENGTH_BINS = 512 };

/* What the pass gathers besides the program itself. */
struct scan {
	struct ct_program *program;
	GArray *ranges;   /* struct range, of the request marker */
	GHashTable *live; /* address -> bytes */
	uint64_t live_bytes, peak_bytes;
	uint64_t *alone_n; /* per shape */
	double kernel_ns, overlapped_ns;
	uint64_t call_bins[CT_OP_MAX][LENGTH_BINS];
};

struct launch { /* of a graph */
	gboolean is_graph;
	uint32_t graph;
	uint64_t n_nodes; /* read so far */
};

struct range {
	int64_t start_ns, end_ns;
};

static gboolean marker_matches(const char *pattern, const char *name)
{
	size_t n = strlen(pattern);

	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(pattern, name, n - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static uint32_t length_bin(int64_t ns)
{
	uint32_t octave, bin;

	if (ns < 8)
		return (uint32_t)MAX(ns, 0);
	octave = (uint32_t)g_bit_storage((gulong)ns) - 4;
	bin = octave * 8 + (uint32_t)(ns >> octave);
	return MIN(bin, LENGTH_BINS - 1);
}

static int64_t bin_length(uint32_t bin)
{
	if (bin < 16)
		return bin;
	return (int64_t)(bin % 8 + 8) << (bin / 8 - 1);
}

/* The length below which nine of ten calls of a kind stay, to 1/8. */
static int64_t usual_length(const uint64_t *bins, double share)
{
	uint64_t total = 0, seen = 0;

	for (uint32_t b = 0; b < LENGTH_BINS; b++)
		total += bins[b];
	for (uint32_t b = 0; b < LENGTH_BINS; b++) {
		seen += bins[b];
		if (total && (double)seen >= share * (double)total)
			return bin_length(b);
	}
	return 0;
}

/* A kernel known only by the SMs it needs: as many blocks that fill an SM each. */
static void fill_sms(const struct ct_device *device, uint32_t sms,
		     struct ct_kernel_shape *shape)
{
	shape->blocks = sms;
	shape->threads_per_block = device->sm.threads_per_block;
	shape->registers_per_thread = device->sm.registers / device->sm.threads_per_block;
}

/* NCCL and RCCL name their kernels alike.  Such a kernel waits for those of its peers: how
 * long it takes is theirs to say, not its neighbours' on the device. */
static gboolean is_collective(const struct ct_trace *trace,
			      const struct ct_shape_record *shape)
{
	return shape->name != CT_NONE &&
	       g_str_has_prefix(ct_trace_string(trace, shape->name), "nccl");
}

static gboolean prepare_shapes(struct ct_program *p, GError **error)
{
	const struct ct_trace *trace = p->trace;

	p->need = g_new0(struct ct_block_need, trace->n_shapes + 1);
	p->isolated_ns = g_new0(int64_t, trace->n_shapes + 1);
	p->is_collective = g_new0(uint8_t, trace->n_shapes + 1);
	p->demand = g_new0(struct ct_kernel_demand, trace->n_shapes + 1);
	p->shape_time = g_new0(struct ct_shape_time, trace->n_shapes + 1);
	p->rules = g_array_new(FALSE, FALSE, sizeof(struct ct_program_rule));
	for (uint32_t i = 0; i < trace->n_shapes; i++) {
		const struct ct_shape_record *s = &trace->shape[i];
		struct ct_kernel_shape shape = { 0 };
		const char *why;

		p->is_collective[i] = is_collective(trace, s);
		if (s->flags & CT_SHAPE_HAS_GRID) {
			shape.blocks = (uint64_t)s->grid[0] * s->grid[1] * s->grid[2];
			shape.threads_per_block = s->block[0] * s->block[1] * s->block[2];
		} else if (s->flags & CT_SHAPE_HAS_SMS) {
			fill_sms(p->device, s->grid[0], &shape);
		}
		shape.cluster = (uint64_t)s->cluster[0] * s->cluster[1] * s->cluster[2];
		if (s->flags & CT_SHAPE_HAS_REGISTERS)
			shape.registers_per_thread = s->registers;
		if (s->flags & CT_SHAPE_HAS_SMEM) {
			shape.smem_static_bytes = s->smem_static_bytes;
			shape.smem_dynamic_bytes = s->smem_dynamic_bytes;
		}
		if (!ct_block_need(p->device, &shape, &p->need[i], &why)) {
			ct_input_error(error, "%s: kernel '%.80s': does not fit on %s: %s",
				       trace->path, ct_trace_string(trace, s->name),
				       p->device->name, why);
			return FALSE;
		}
	}
	for (uint32_t i = 0; i < trace->n_counters; i++) {
		const struct ct_counter_record *c = &trace->counter[i];

		if (c->shape != CT_NONE)
			ct_program_counted(c, &p->demand[c->shape]);
	}
	return TRUE;
}

static void scan_kernel(struct scan *s, const struct ct_op *op)
{
	struct ct_program *p = s->program;
	uint32_t green = p->stream_green ? p->stream_green[op->stream] : 0;
	int64_t ns = op->end_ns - op->start_ns;

	p->n_kernels++;
	if (green)
		p->green[green - 1].kernel_ns += (double)ns;
	s->kernel_ns += (double)ns;
	if (op->overlap_ns > 0) {
		s->overlapped_ns += (double)ns;
	} else if (!green && !p->is_collective[op->shape]) {
		/* a running mean: sums of many long kernels would overflow */
		uint64_t n = ++s->alone_n[op->shape];

		p->isolated_ns[op->shape] += (ns - p->isolated_ns[op->shape]) / (int64_t)n;
	}
	if (p->need[op->shape].guessed)
		p->guessed_pct += (double)ns;
	p->shape_time[op->shape].ns += (double)ns;
	if (op->counter != CT_NONE)
		p->shape_time[op->shape].counted_ns += (double)ns;
}

static void scan_memory(struct scan *s, const struct ct_op *op)
{
	uint64_t *known = g_hash_table_lookup(s->live, &op->handle);

	if (op->kind == CT_OP_ALLOC && !known && op->handle) {
		uint64_t *entry = g_new(uint64_t, 2);

		entry[0] = op->handle;
		entry[1] = op->bytes;
		g_hash_table_insert(s->live, entry, entry);
		s->live_bytes += op->bytes;
		s->peak_bytes = MAX(s->peak_bytes, s->live_bytes);
	} else if (op->kind == CT_OP_FREE && known) {
		s->live_bytes -= known[1];
		g_hash_table_remove(s->live, &op->handle);
	}
}

static void scan_event(struct ct_program *p, uint64_t handle)
{
	guint number = g_hash_table_size(p->event_index) + 1;

	if (!g_hash_table_contains(p->event_index, &handle))
		g_hash_table_insert(p->event_index, g_memdup2(&handle, sizeof(handle)),
				    GUINT_TO_POINTER(number));
}

static void scan_op(struct scan *s, const struct ct_op *op, const char *marker,
		    GArray *open)
{
	const struct ct_trace *trace = s->program->trace;

	if (op->kind == CT_OP_KERNEL)
		scan_kernel(s, op);
	s->program->has_graphs |= op->kind == CT_OP_GRAPH_LAUNCH;
	if (op->kind == CT_OP_EVENT_RECORD)
		scan_event(s->program, op->handle);
	if (op->kind == CT_OP_ALLOC || op->kind == CT_OP_FREE)
		scan_memory(s, op);
	if (op->api_start_ns != CT_TIME_NONE && op->api_end_ns != CT_TIME_NONE &&
	    !(op->flags & (CT_OP_CHILD | CT_OP_UNLAUNCHED)))
		s->call_bins[op->kind][length_bin(op->api_end_ns - op->api_start_ns)]++;
	if (!marker || (op->kind != CT_OP_MARKER_BEGIN && op->kind != CT_OP_MARKER_END) ||
	    !marker_matches(marker, ct_trace_string(trace, op->name)))
		return;
	if (op->kind == CT_OP_MARKER_BEGIN) {
		g_array_append_val(open, op->api_start_ns);
	} else if (open->len > 0) {
		struct range range = { g_array_index(open, int64_t, open->len - 1),
				       op->api_start_ns };

		g_array_set_size(open, open->len - 1);
		if (open->len == 0) /* a range inside another is part of it */
			g_array_append_val(s->ranges, range);
	}
}

/* Shows the launches of graphs in LANE, one operation after the other, to the forms of
 * their edges; *LAUNCH is that whose nodes are being read. */
static gboolean show_graphs(struct ct_program *p, uint32_t lane, const struct ct_op *op,
			    struct launch *launch, GError **error)
{
	if (op && op->flags & CT_OP_CHILD && launch->is_graph) {
		if (!launch->n_nodes++ &&
		    !ct_graph_forms_launch(p->forms, p->trace->lane[lane].process,
					   launch->graph ? launch->graph : op->graph,
					   error))
			return FALSE;
		ct_graph_forms_node(p->forms, op);
		return TRUE;
	}
	if (launch->n_nodes)
		ct_graph_forms_launched(p->forms);
	*launch = (struct launch){ 0 };
	if (op && op->kind == CT_OP_GRAPH_LAUNCH)
		*launch = (struct launch){ TRUE, op->graph, 0 };
	return TRUE;
}

static gboolean scan_trace(struct scan *s, const char *marker, GError **error)
{
	const struct ct_trace *trace = s->program->trace;
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(int64_t));
	const struct ct_graph_forms *forms = s->program->forms;

	for (uint32_t lane = 0; lane < trace->n_lanes; lane++) {
		struct ct_cursor *cursor = ct_cursor_new(trace, lane);
		struct launch launch = { 0 };
		GError *failed = NULL;
		const struct ct_op *op;

		g_array_set_size(open, 0);
		while ((op = ct_cursor_next(cursor, &failed))) {
			scan_op(s, op, marker, open);
			if (forms && !show_graphs(s->program, lane, op, &launch, &failed))
				break;
		}
		if (forms && !failed)
			show_graphs(s->program, lane, NULL, &launch, &failed);
		ct_cursor_free(cursor);
		if (failed) {
			g_propagate_error(error, failed);
			return FALSE;
		}
	}
	return TRUE;
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

static void one_request(struct ct_program *p)
{
	p->n_requests = 1;
	p->request = g_new0(struct ct_program_request, 1);
	p->segment = g_new0(struct ct_segment, p->trace->n_lanes);
	for (uint32_t lane = 0; lane < p->trace->n_lanes; lane++)
		p->segment[lane].end = p->trace->lane_ops[lane];
}

/* Each request of a lane is what it issued within the request's range of time. */
static gboolean cut_lane(struct ct_program *p, const struct range *range, uint32_t lane,
			 GError **error)
{
	struct ct_cursor *cursor = ct_cursor_new(p->trace, lane);
	const struct ct_op *op;
	GError *failed = NULL;
	uint64_t position = 0;
	uint32_t r = 0;

	while (r < p->n_requests && (op = ct_cursor_next(cursor, &failed))) {
		int64_t at =
			op->api_start_ns != CT_TIME_NONE ? op->api_start_ns : op->start_ns;
		struct ct_segment *segment =
			&p->segment[(size_t)r * p->trace->n_lanes + lane];

		/* the nodes of a graph stay with their launch */
		while (r < p->n_requests && at >= range[r].end_ns &&
		       !(op->flags & CT_OP_CHILD)) {
			if (segment->end == 0)
				segment->begin = segment->end = position;
			r++;
			segment += p->trace->n_lanes;
		}
		if (r < p->n_requests && at >= range[r].start_ns) {
			if (segment->end == 0)
				segment->begin = position;
			segment->end = position + 1;
		}
		position++;
	}
	ct_cursor_free(cursor);
	if (failed)
		g_propagate_error(error, failed);
	return failed == NULL;
}

static gboolean cut_requests(struct ct_program *p, GArray *ranges, const char *marker,
			     GError **error)
{
	const struct range *range = (const struct range *)ranges->data;

	if (ranges->len == 0) {
		ct_input_error(error, "%s: no marker '%s' in it, so there are no requests",
			       p->trace->path, marker);
		return FALSE;
	}
	g_array_sort(ranges, by_start);
	p->n_requests = ranges->len;
	p->request = g_new0(struct ct_program_request, p->n_requests);
	p->segment = g_new0(struct ct_segment, (size_t)p->n_requests * p->trace->n_lanes);
	for (uint32_t r = 0; r < p->n_requests; r++)
		p->request[r].start_ns = range[r].start_ns;
	for (uint32_t lane = 0; lane < p->trace->n_lanes; lane++)
		if (!cut_lane(p, range, lane, error))
			return FALSE;
	return TRUE;
}

/* When the work of each request ended, and how many kernels it has. */
static gboolean measure_requests(struct ct_program *p, double *estimated_ns, GError **error)
{
	uint32_t n_lanes = p->trace->n_lanes;
	int64_t total_ns = 0;

	for (size_t i = 0; i < (size_t)p->n_requests * n_lanes; i++) {
		struct ct_program_request *request = &p->request[i / n_lanes];
		struct ct_cursor *cursor = ct_cursor_new(p->trace, (uint32_t)(i % n_lanes));
		const struct ct_segment *segment = &p->segment[i];
		GError *failed = NULL;
		const struct ct_op *op;

		if (segment->begin < segment->end)
			ct_cursor_seek(cursor, segment->begin, &failed);
		for (uint64_t k = segment->begin; k < segment->end && !failed; k++) {
			op = ct_cursor_next(cursor, &failed);
			if (!op)
				break;
			if (op->end_ns != CT_TIME_NONE)
				request->end_ns = MAX(request->end_ns, op->end_ns);
			if (op->api_end_ns != CT_TIME_NONE)
				request->end_ns = MAX(request->end_ns, op->api_end_ns);
			if (op->kind != CT_OP_KERNEL)
				continue;
			request->kernels++;
			if (op->overlap_ns > 0 && !p->is_collective[op->shape] &&
			    (p->isolated_ns[op->shape] == 0 ||
			     ct_program_green_of(p, op->stream)))
				*estimated_ns += (double)(op->end_ns - op->start_ns);
		}
		ct_cursor_free(cursor);
		if (failed) {
			g_propagate_error(error, failed);
			return FALSE;
		}
	}
	for (uint32_t r = 0; r < p->n_requests; r++) {
		if (p->request[r].kernels == 0) {
			ct_input_error(error, "%s: request %u has no kernel",
				       p->trace->path, r);
			return FALSE;
		}
		total_ns += (p->request[r].end_ns - p->request[r].start_ns) / p->n_requests;
	}
	p->recorded_ns = MAX(total_ns, 1);
	return TRUE;
}

static gboolean check_devices(const struct ct_program *p, GError **error)
{
	if (p->trace->n_devices > 1) {
		ct_input_error(
			error,
			"%s: has work on %u devices, and one is simulated; take one of "
			"them with 'cotenant trace cut --device ID'",
			p->trace->path, p->trace->n_devices);
		return FALSE;
	}
	for (uint32_t i = 0; i < p->trace->n_devices; i++) {
		gboolean amd = p->trace->device[i].vendor == CT_VENDOR_AMD;

		if (amd && strcmp(p->device->vendor, "amd") != 0) {
			ct_input_error(
				error,
				"%s: recorded on an AMD device, and %s is none: its "
				"blocks and waves differ; replay it with a device file of "
				"your own (vendor \"amd\")",
				p->trace->path, p->device->name);
			return FALSE;
		}
	}
	return TRUE;
}

struct ct_program *ct_program_new(const struct ct_trace *trace,
				  const struct ct_device *device, const char *marker,
				  GError **error)
{
	struct ct_program *p = g_new0(struct ct_program, 1);
	struct scan *s = g_new0(struct scan, 1);
	double estimated_ns = 0;
	gboolean ok;

	p->trace = trace;
	p->device = device;
	p->event_index = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	s->program = p;
	s->ranges = g_array_new(FALSE, FALSE, sizeof(struct range));
	s->live = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	s->alone_n = g_new0(uint64_t, trace->n_shapes + 1);
	ct_program_green(p);
	if (trace->n_graphs)
		p->forms = ct_graph_forms_new(trace);
	ok = check_devices(p, error) && prepare_shapes(p, error) &&
	     scan_trace(s, marker, error);
	if (ok && marker)
		ok = cut_requests(p, s->ranges, marker, error);
	else if (ok)
		one_request(p);
	ok = ok && measure_requests(p, &estimated_ns, error);
	if (ok && s->kernel_ns > 0) {
		double percent = 100 / s->kernel_ns;

		p->overlapped_pct = s->overlapped_ns * percent;
		p->estimated_pct = estimated_ns * percent;
		p->guessed_pct *= percent;
	}
	for (int kind = 0; kind < CT_OP_MAX; kind++) {
		p->typical_call_ns[kind] = usual_length(s->call_bins[kind], 0.5);
		p->long_call_ns[kind] = usual_length(s->call_bins[kind], 0.9);
	}
	p->peak_memory_bytes = (int64_t)s->peak_bytes;
	if (ok && p->forms)
		ct_graph_forms_settle(p->forms);
	if (ok)
		ct_program_trace_curves(p);
	if (ok)
		ct_program_estimate(p, ct_estimator_find("none"));
	g_array_free(s->ranges, TRUE);
	g_hash_table_unref(s->live);
	g_free(s->alone_n);
	g_free(s);
	if (ok)
		return p;
	ct_program_free(p);
	return NULL;
}

void ct_program_free(struct ct_program *p)
{
	if (!p)
		return;
	ct_program_green_free(p);
	if (p->base) {
		g_free(p);
		return;
	}
	if (p->rules)
		g_array_free(p->rules, TRUE);
	g_free(p->estimate);
	g_free(p->shape_time);
	g_hash_table_unref(p->event_index);
	ct_graph_forms_free(p->forms);
	g_free(p->curve);
	g_free(p->trace_curve);
	g_free(p->need);
	g_free(p->isolated_ns);
	g_free(p->is_collective);
	g_free(p->demand);
	g_free(p->request);
	g_free(p->segment);
	g_free(p);
}
