/*
 * generate - the host, the stream and the clock of a generated trace.
 *
 * One host thread issues everything to one stream.  A call takes half of the host's
 * time per operation, the rest is the program's own; a kernel starts when its launch has
 * reached the device and the stream is free.
 */
#include "traces/generate.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "sim/base/error.h"
#include "traces/copier.h"
#include "traces/writer.h"

#define FIXED_NS         2000.0 /* of every kernel: its blocks start and drain */
#define COPY_NS          2000.0
#define COPY_BYTES_PER_S 50e9 /* PCIe 5 x16, one way */
#define ALLOC_NS         200000
#define GEMM_STEP_K      64.0 /* tiles of one block step through K in units of this */

struct ct_generation {
	const struct ct_generate_device *device;
	const struct ct_generate_options *options;
	struct ct_writer *writer;
	int code; /* the first failure of the writer */
	uint32_t lane, stream;
	int64_t host_ns, free_ns; /* the host's clock; when the stream runs dry */
	gboolean full; /* what it ran last was a kernel with a block or more for every SM */
	uint64_t sequence, handle;
	uint32_t correlation, graph;
	GArray *nodes; /* struct ct_op; NULL: not inside a graph */
	gboolean in_graph;
	GHashTable *counters; /* "shape read write" -> index */
};

const struct ct_generate_options *ct_generate_options(const struct ct_generation *g)
{
	return g->options;
}

uint32_t ct_generate_sms(const struct ct_generation *g)
{
	return g->device->record.sms;
}

static uint32_t take(struct ct_generation *g, int64_t index)
{
	if (index < 0 && !g->code)
		g->code = (int)index;
	return index < 0 ? CT_NONE : (uint32_t)index;
}

static uint32_t string(struct ct_generation *g, const char *text)
{
	return take(g, ct_writer_string(g->writer, text, strlen(text)));
}

static struct ct_op new_op(const struct ct_generation *g, enum ct_op_kind kind)
{
	return (struct ct_op){ .api_start_ns = CT_TIME_NONE,
			       .api_end_ns = CT_TIME_NONE,
			       .start_ns = CT_TIME_NONE,
			       .end_ns = CT_TIME_NONE,
			       .kind = kind,
			       .stream = CT_NONE,
			       .counter = CT_NONE };
}

static void emit(struct ct_generation *g, struct ct_op *op)
{
	int code;

	op->sequence = g->sequence++;
	code = g->code ? g->code : ct_writer_op(g->writer, g->lane, op);
	if (code && !g->code)
		g->code = code;
}

/* A call that takes CALL_NS of the TOTAL_NS the host spends on it. */
static void call(struct ct_generation *g, struct ct_op *op, int64_t call_ns,
		 int64_t total_ns)
{
	op->api_start_ns = g->host_ns;
	op->api_end_ns = g->host_ns + call_ns;
	op->correlation = ++g->correlation;
	g->host_ns += total_ns;
}

static int64_t gap_before(const struct ct_generation *g, gboolean full)
{
	if (full && g->full && g->device->full_gap_ns)
		return g->device->full_gap_ns;
	return g->device->stream_gap_ns;
}

/* Puts OP on the stream: ISSUED_NS is when its launch began, GAP_NS how long the stream
 * rests before it. */
static void place(struct ct_generation *g, struct ct_op *op, int64_t issued_ns,
		  int64_t gap_ns, double dur_ns)
{
	op->stream = g->stream;
	op->start_ns = MAX(issued_ns + g->device->launch_latency_ns, g->free_ns + gap_ns);
	op->end_ns = op->start_ns + llround(dur_ns);
	g->free_ns = op->end_ns;
}

/* Blocks of one SM, without the hardware's allocation granules. */
static double blocks_per_sm(const struct ct_device_record *device,
			    const struct ct_generate_kernel *kernel)
{
	double by_threads = (double)device->threads_per_sm / kernel->threads;
	double by_registers =
		(double)device->regs_per_sm / ((double)kernel->registers * kernel->threads);
	double by_smem = (double)device->smem_per_sm_bytes / (kernel->smem_bytes + 1024.0);

	return MAX(1.0, floor(MIN(by_threads, MIN(by_registers, by_smem))));
}

static double kernel_ns(const struct ct_generation *g,
			const struct ct_generate_kernel *kernel)
{
	const struct ct_generate_device *device = g->device;
	double blocks = (double)kernel->grid[0] * kernel->grid[1] * kernel->grid[2];
	double sms = device->record.sms, reached = MIN(sms, blocks);
	double wave = sms * blocks_per_sm(&device->record, kernel);
	double uneven = blocks > wave ? ceil(blocks / wave) * wave / blocks : 1.0;
	double limit = device->dram_saturation_sms / reached;
	double rate = device->dram_bytes_per_s / cbrt(1.0 + limit * limit * limit);
	double bytes = kernel->read_bytes + kernel->write_bytes + kernel->cached_bytes;
	double compute_s = kernel->flop / (device->flop_per_s * reached / sms) * uneven;

	return MAX(compute_s, bytes / rate) * 1e9 + FIXED_NS;
}

/* Launches of a shape with the same bytes share a counter record. */
static uint32_t counter(struct ct_generation *g, uint32_t shape,
			const struct ct_generate_kernel *kernel)
{
	struct ct_counter_record record = {
		.shape = CT_NONE,
		.dram_read_bytes = (uint64_t)kernel->read_bytes,
		.dram_write_bytes = (uint64_t)kernel->write_bytes,
		.l2_bytes = (uint64_t)(kernel->read_bytes + kernel->write_bytes +
				       kernel->cached_bytes),
		.sm_active = NAN,
		.tensor_active = NAN,
		.warps_active = NAN,
	};
	g_autofree char *key = g_strdup_printf(
		"%u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, shape,
		(guint64)record.dram_read_bytes, (guint64)record.dram_write_bytes);
	gpointer known;
	uint32_t index;

	if (g_hash_table_lookup_extended(g->counters, key, NULL, &known))
		return GPOINTER_TO_UINT(known);
	index = take(g, ct_writer_counter(g->writer, &record));
	g_hash_table_insert(g->counters, g_steal_pointer(&key), GUINT_TO_POINTER(index));
	return index;
}

void ct_generate_kernel(struct ct_generation *g, const struct ct_generate_kernel *kernel)
{
	struct ct_shape_record shape = {
		.name = string(g, kernel->name),
		.grid = { kernel->grid[0], kernel->grid[1], kernel->grid[2] },
		.block = { kernel->threads, 1, 1 },
		.registers = (uint16_t)kernel->registers,
		.smem_dynamic_bytes = kernel->smem_bytes,
		.smem_executed_bytes = kernel->smem_bytes,
		.flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS | CT_SHAPE_HAS_SMEM,
	};
	struct ct_op op = new_op(g, CT_OP_KERNEL);
	gboolean full = (uint64_t)kernel->grid[0] * kernel->grid[1] * kernel->grid[2] >=
			g->device->record.sms;

	op.shape = take(g, ct_writer_shape(g->writer, &shape));
	op.counter = counter(g, op.shape, kernel);
	if (g->in_graph) {
		op.flags = CT_OP_CHILD;
		op.graph = g->graph;
		op.graph_node = g->nodes->len + 1;
		op.end_ns = llround(kernel_ns(g, kernel)); /* placed when the launch is */
		g_array_append_val(g->nodes, op);
		return;
	}
	call(g, &op, g->options->host_ns / 2, g->options->host_ns);
	place(g, &op, op.api_start_ns, gap_before(g, full), kernel_ns(g, kernel));
	g->full = full;
	emit(g, &op);
}

void ct_generate_step_begin(struct ct_generation *g)
{
	if (!g->options->graph)
		return;
	g->in_graph = TRUE;
	g->graph = 1;
	g_array_set_size(g->nodes, 0);
}

void ct_generate_step_end(struct ct_generation *g)
{
	int64_t call_ns =
		g->device->graph_launch_ns + g->nodes->len * g->device->graph_node_ns;
	struct ct_op launch = new_op(g, CT_OP_GRAPH_LAUNCH);

	if (!g->in_graph)
		return;
	g->in_graph = FALSE;
	call(g, &launch, call_ns, call_ns + g->options->host_ns / 2);
	launch.stream = g->stream;
	launch.graph = g->graph;
	emit(g, &launch);
	for (guint i = 0; i < g->nodes->len; i++) {
		struct ct_op *node = &g_array_index(g->nodes, struct ct_op, i);

		node->correlation = launch.correlation;
		place(g, node, launch.api_start_ns,
		      i ? g->device->graph_gap_ns : gap_before(g, FALSE),
		      (double)node->end_ns);
		emit(g, node);
	}
	g->full = FALSE;
}

void ct_generate_copy(struct ct_generation *g, enum ct_copy direction, double bytes)
{
	struct ct_op op = new_op(g, CT_OP_MEMCPY);

	op.copy = (uint8_t)direction;
	op.bytes = (uint64_t)bytes;
	call(g, &op, g->options->host_ns / 2, g->options->host_ns);
	place(g, &op, op.api_start_ns, gap_before(g, FALSE),
	      COPY_NS + bytes / COPY_BYTES_PER_S * 1e9);
	g->full = FALSE;
	emit(g, &op);
}

void ct_generate_alloc(struct ct_generation *g, double bytes)
{
	struct ct_op op = new_op(g, CT_OP_ALLOC);

	op.handle = g->handle;
	op.bytes = (uint64_t)bytes;
	g->handle += (op.bytes + 0x1fffff) & ~UINT64_C(0x1fffff);
	call(g, &op, ALLOC_NS, ALLOC_NS);
	emit(g, &op);
}

static void mark(struct ct_generation *g, enum ct_op_kind kind, const char *marker)
{
	struct ct_op op = new_op(g, kind);

	op.name = string(g, marker);
	op.api_start_ns = op.api_end_ns = g->host_ns;
	emit(g, &op);
}

void ct_generate_begin(struct ct_generation *g, const char *marker)
{
	mark(g, CT_OP_MARKER_BEGIN, marker);
}

void ct_generate_end(struct ct_generation *g, const char *marker)
{
	mark(g, CT_OP_MARKER_END, marker);
}

void ct_generate_sync(struct ct_generation *g)
{
	struct ct_op op = new_op(g, CT_OP_STREAM_SYNC);
	int64_t wait_ns = MAX(g->free_ns - g->host_ns, 0) + g->device->sync_wakeup_ns;

	op.stream = g->stream;
	call(g, &op, wait_ns, wait_ns);
	emit(g, &op);
}

void ct_generate_idle(struct ct_generation *g, int64_t ns)
{
	g->host_ns += ns;
}

void ct_generate_activation(const struct ct_generation *g,
			    struct ct_generate_kernel *kernel, double read_bytes,
			    double write_bytes)
{
	if (read_bytes + write_bytes > g->device->record.l2_bytes / 2.0) {
		kernel->read_bytes += read_bytes;
		kernel->write_bytes += write_bytes;
	} else {
		kernel->cached_bytes += read_bytes + write_bytes;
	}
}

void ct_generate_gemm(struct ct_generation *g, double m, double n, double k, double element)
{
	gboolean small = m <= 64;
	double tile_m = small ? 64 : 128, tile_n = small ? 128 : 256;
	double tiles_m = ceil(m / tile_m), tiles_n = ceil(n / tile_n);
	double split = floor(g->device->record.sms / (tiles_m * tiles_n));
	g_autofree char *name = NULL;
	struct ct_generate_kernel kernel = {
		.threads = small ? 256 : 384,
		.registers = 168,
		.smem_bytes = small ? 98304 : 200704,
		.flop = 2 * tiles_m * tile_m * tiles_n * tile_n * k,
		.read_bytes = k * n * element,
	};

	split = CLAMP(split, 1, MIN(8, ceil(k / (8 * GEMM_STEP_K))));
	kernel.grid[0] = (uint32_t)tiles_n;
	kernel.grid[1] = (uint32_t)tiles_m;
	kernel.grid[2] = (uint32_t)split;
	ct_generate_activation(g, &kernel, m * k * element, m * n * element);
	name = g_strdup_printf("gemm_bf16_%.0fx%.0f%s", tile_m, tile_n,
			       split > 1 ? "_splitk" : "");
	kernel.name = name;
	ct_generate_kernel(g, &kernel);
}

void ct_generate_rows(struct ct_generation *g, const char *name, double rows,
		      double row_bytes, double reads, double writes)
{
	struct ct_generate_kernel kernel = { .name = name,
					     .grid = { (uint32_t)rows, 1, 1 },
					     .threads = 256,
					     .registers = 32,
					     .flop = 0 };

	ct_generate_activation(g, &kernel, rows * row_bytes * reads,
			       rows * row_bytes * writes);
	ct_generate_kernel(g, &kernel);
}

/* The tables of a program with one thread, one context and one stream. */
static void write_tables(struct ct_generation *g, const struct ct_generator *generator)
{
	struct ct_device_record device = g->device->record;
	struct ct_process_record process = { .pid = 1 };
	struct ct_context_record context = { .id = 1, .green_parent = CT_NONE };
	struct ct_stream_record stream = { .id = 7 };
	struct ct_lane_record lane = { .thread = 1, .device = CT_NONE };

	device.name = string(g, g->device->title);
	process.name = string(g, generator->process);
	take(g, ct_writer_device(g->writer, &device));
	take(g, ct_writer_process(g->writer, &process));
	take(g, ct_writer_context(g->writer, &context));
	g->stream = take(g, ct_writer_stream(g->writer, &stream));
	g->lane = take(g, ct_writer_lane(g->writer, &lane));
}

gboolean ct_generate(const struct ct_generator *generator,
		     const struct ct_generate_device *device,
		     const struct ct_generate_options *options, const char *out,
		     GError **error)
{
	struct ct_generation g = {
		.device = device,
		.options = options,
		.handle = UINT64_C(0x7f0000000000),
		.nodes = g_array_new(FALSE, FALSE, sizeof(struct ct_op)),
		.counters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	struct ct_writer_options writer = { .zstd_level = options->zstd_level };
	struct ct_copy_target target;
	gboolean ok = ct_copy_open(&target, out, &writer, error);

	if (ok) {
		g.writer = target.writer;
		write_tables(&g, generator);
		if (!g.code)
			generator->run(&g);
		if (g.code)
			ct_input_error(error, "%s: cannot write: %s", out,
				       g_strerror(-g.code));
		ok = ct_copy_close(&target, 0, !g.code, error);
	}
	g_array_free(g.nodes, TRUE);
	g_hash_table_destroy(g.counters);
	return ok;
}

const struct ct_generator *const ct_generators[] = {
	&ct_generate_llm_prefill,
	&ct_generate_llm_decode,
	&ct_generate_vision,
	NULL,
};
