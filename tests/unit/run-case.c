/* run-case - writes small programs as traces, and runs them on a small device. */
#include "tests/unit/run-case.h"

#include <stdlib.h>

#include "tests/unit/tiny-trace.h"

enum { MAX_LANES = 8 };

struct tape {
	struct ct_writer *writer;
	char *path;
	uint32_t n_lanes, n_streams, context;
	gboolean has_process;
	int64_t now_ns[MAX_LANES];
	uint64_t sequence;
};

static uint32_t need(int64_t result)
{
	if (result < 0)
		g_error("tape: %s", g_strerror((int)-result));
	return (uint32_t)result;
}

static void add_stream(struct tape *tape, int32_t priority, uint32_t flags)
{
	struct ct_stream_record stream = { .id = tape->n_streams++,
					   .context = CT_NONE,
					   .priority = priority,
					   .flags = flags };

	need(ct_writer_stream(tape->writer, &stream));
}

void tape_stream(struct tape *tape, int32_t priority)
{
	add_stream(tape, priority, 0);
}

struct tape *tape_new(uint32_t threads, uint32_t streams)
{
	return tape_new_with(threads, streams, NULL);
}

struct tape *tape_new_with(uint32_t threads, uint32_t streams, const uint32_t *flags)
{
	static uint32_t n_tapes;
	const struct ct_writer_options options = { .clock = CT_CLOCK_UNIX };
	struct ct_device_record device = { .name = CT_NONE, .vendor = CT_VENDOR_NVIDIA };
	struct tape *tape = g_new0(struct tape, 1);
	g_autofree char *name = g_strdup_printf("tape-%u.ctt", n_tapes++);

	tape->path = tiny_path(name);
	need(ct_writer_open(tape->path, &options, &tape->writer));
	need(ct_writer_device(tape->writer, &device));
	while (tape->n_streams < streams)
		add_stream(tape, 0, flags ? flags[tape->n_streams] : 0);
	while (tape->n_lanes < threads) {
		struct ct_lane_record lane = { .process = CT_NONE,
					       .thread = tape->n_lanes++,
					       .device = CT_NONE };

		need(ct_writer_lane(tape->writer, &lane));
	}
	return tape;
}

uint32_t tape_device_lane(struct tape *tape)
{
	struct ct_lane_record lane = { .process = CT_NONE, .thread = CT_NONE };

	tape->n_lanes++;
	return need(ct_writer_lane(tape->writer, &lane));
}

void tape_think(struct tape *tape, uint32_t thread, int64_t ns)
{
	tape->now_ns[thread] += ns;
}

int64_t tape_now_ns(const struct tape *tape, uint32_t thread)
{
	return tape->now_ns[thread];
}

static uint32_t add_shape(struct tape *tape, uint32_t name, uint32_t blocks,
			  uint32_t threads)
{
	struct ct_shape_record shape = {
		.name = name,
		.grid = { blocks, 1, 1 },
		.block = { threads, 1, 1 },
		.flags = CT_SHAPE_HAS_GRID,
	};

	return need(ct_writer_shape(tape->writer, &shape));
}

uint32_t tape_shape(struct tape *tape, uint32_t blocks, uint32_t threads)
{
	return add_shape(tape, CT_NONE, blocks, threads);
}

static uint32_t named_shape(struct tape *tape, const char *name, uint32_t blocks)
{
	uint32_t string = need(ct_writer_string(tape->writer, name, strlen(name)));

	return add_shape(tape, string, blocks, 1024);
}

void tape_call(struct tape *tape, uint32_t thread, enum ct_op_kind kind, int64_t call_ns,
	       struct ct_op op)
{
	op.kind = (uint8_t)kind;
	op.api_start_ns = tape->now_ns[thread];
	op.api_end_ns = tape->now_ns[thread] += call_ns;
	if (op.end_ns == 0)
		op.start_ns = op.end_ns = CT_TIME_NONE;
	if (kind == CT_OP_DEVICE_SYNC)
		op.context = op.stream = CT_NONE;
	op.counter = CT_NONE;
	op.sequence = tape->sequence++;
	need(ct_writer_op(tape->writer, thread, &op));
}

static void add_kernel(struct tape *tape, uint32_t thread, uint32_t stream, uint32_t shape,
		       int64_t ns)
{
	struct ct_op op = { .stream = stream, .shape = shape };

	op.start_ns = tape->now_ns[thread] + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, thread, CT_OP_KERNEL, TAPE_CALL_NS, op);
}

void tape_kernel(struct tape *tape, uint32_t thread, uint32_t stream, uint32_t blocks,
		 int64_t ns)
{
	add_kernel(tape, thread, stream, tape_shape(tape, blocks, 1024), ns);
}

void tape_named(struct tape *tape, uint32_t thread, uint32_t stream, const char *name,
		uint32_t blocks, int64_t ns)
{
	add_kernel(tape, thread, stream, named_shape(tape, name, blocks), ns);
}

void tape_clusters(struct tape *tape, uint32_t thread, uint32_t stream, uint32_t blocks,
		   uint16_t cluster, int64_t ns)
{
	struct ct_shape_record shape = {
		.name = CT_NONE,
		.grid = { blocks, 1, 1 },
		.block = { 1024, 1, 1 },
		.cluster = { cluster, 1, 1 },
		.flags = CT_SHAPE_HAS_GRID,
	};
	struct ct_op op = { .stream = stream };

	op.shape = need(ct_writer_shape(tape->writer, &shape));
	op.start_ns = tape->now_ns[thread] + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	tape_call(tape, thread, CT_OP_KERNEL, TAPE_CALL_NS, op);
}

static void add_node(struct tape *tape, uint32_t lane, uint32_t stream, uint32_t shape,
		     int64_t ns, uint32_t flags)
{
	struct ct_op op = {
		.kind = CT_OP_KERNEL,
		.flags = (uint16_t)flags,
		.api_start_ns = CT_TIME_NONE,
		.api_end_ns = CT_TIME_NONE,
		.stream = stream,
		.shape = shape,
		.counter = CT_NONE,
		.sequence = tape->sequence++,
	};

	op.start_ns = tape->now_ns[lane] + LAB_LATENCY_NS;
	op.end_ns = op.start_ns + ns;
	need(ct_writer_op(tape->writer, lane, &op));
}

void tape_node(struct tape *tape, uint32_t lane, uint32_t stream, uint32_t blocks,
	       int64_t ns, uint32_t flags)
{
	add_node(tape, lane, stream, tape_shape(tape, blocks, 1024), ns, flags);
}

void tape_named_node(struct tape *tape, uint32_t lane, uint32_t stream, const char *name,
		     uint32_t blocks, int64_t ns, uint32_t flags)
{
	add_node(tape, lane, stream, named_shape(tape, name, blocks), ns, flags);
}

void tape_marker(struct tape *tape, uint32_t thread, enum ct_op_kind kind, const char *name)
{
	struct ct_op op = { .stream = CT_NONE };

	op.name = need(ct_writer_string(tape->writer, name, strlen(name)));
	tape_call(tape, thread, kind, 0, op);
}

uint32_t tape_green_stream(struct tape *tape, uint32_t sms)
{
	struct ct_context_record context = { .green_parent = CT_NONE };
	struct ct_green_record green = { .sms = sms, .device_sms = LAB_SMS };
	struct ct_stream_record stream = { .id = tape->n_streams++ };
	struct ct_process_record process = { .name = CT_NONE };

	if (!tape->has_process)
		need(ct_writer_process(tape->writer, &process));
	tape->has_process = TRUE;
	green.context = stream.context = need(ct_writer_context(tape->writer, &context));
	need(ct_writer_green(tape->writer, &green));
	return need(ct_writer_stream(tape->writer, &stream));
}

void tape_recording(struct tape *tape, uint32_t flags)
{
	const struct ct_recording_record recording = { .flags = flags };

	need(ct_writer_recording(tape->writer, &recording));
}

void tape_edges(struct tape *tape, uint32_t graph, const struct ct_graph_edge_record *edges,
		uint32_t n_edges)
{
	need(ct_writer_graph(tape->writer, CT_NONE, graph, edges, n_edges));
}

void tape_graph_node(struct tape *tape, uint32_t stream, uint64_t node, int64_t start_ns,
		     int64_t ns)
{
	struct ct_op op = {
		.kind = CT_OP_KERNEL,
		.flags = CT_OP_CHILD,
		.api_start_ns = CT_TIME_NONE,
		.api_end_ns = CT_TIME_NONE,
		.stream = stream,
		.counter = CT_NONE,
		.graph_node = node,
		.sequence = tape->sequence++,
	};

	op.shape = tape_shape(tape, 1, 1024);
	op.start_ns = tape->now_ns[0] + LAB_LATENCY_NS + start_ns;
	op.end_ns = op.start_ns + ns;
	need(ct_writer_op(tape->writer, 0, &op));
}

void tape_curve(struct tape *tape, const char *name, uint32_t blocks, uint32_t sms,
		int64_t ns)
{
	struct ct_curve_record curve = { .sms = sms, .ns = ns, .samples = 1 };

	curve.shape = named_shape(tape, name, blocks);
	need(ct_writer_curve(tape->writer, &curve));
}

char *tape_end(struct tape *tape)
{
	char *path = tape->path;

	need(ct_writer_close(tape->writer, 0));
	g_free(tape);
	return path;
}

static char *all_caps[] = { "gate",         "rank",        "confine",
			    "sees-queue",   "sees-start",  "sees-shape",
			    "sees-request", "sees-length", NULL };

static const struct ct_device small = {
	.name = "small",
	.vendor = "nvidia",
	.sms = LAB_SMS,
	.sm = { .warp_size = 32,
		.threads = 1024,
		.warps = 32,
		.blocks = 16,
		.registers = 65536,
		.threads_per_block = 1024,
		.registers_per_block = 65536,
		.registers_per_thread = 255,
		.register_unit = 256,
		.partitions = 4,
		.smem_bytes = 65536,
		.smem_default_per_block_bytes = 49152,
		.smem_optin_per_block_bytes = 65536,
		.smem_unit_bytes = 128 },
	.resident_grids = 128,
	.stream_priorities = 3,
	.memory_bytes = 1 << 30,
	.dram_bytes_per_s = 1000000000000,
	.dram_efficiency_permille = 900,
	.dram_saturation_sms = 2,
	.partition_min_sms = 1,
	.partition_granule_sms = 1,
	.channels_per_context = 8,
	.channel_depth = 1024,
	.slice_ns = LAB_SLICE_NS,
	.switch_ns = LAB_SWITCH_NS - 2622,
	.switch_bandwidth_permille = 1000,
	.idle_yield = TRUE,
	.mps_clients = 4,
	.mps_channels_per_client = 2,
	.mps_granule_sms = 1,
	.copy_engines = 3,
	.copy_latency_ns = 1000,
	.h2d_bytes_per_s = 20000000000,
	.d2h_bytes_per_s = 10000000000,
	.h2d_both_permille = 500,
	.d2h_both_permille = 800,
	.pageable_permille = 400,
	.launch_latency_ns = LAB_LATENCY_NS,
	.stream_gap_ns = LAB_GAP_NS,
	.graph_gap_ns = LAB_GRAPH_GAP_NS,
	.sync_wakeup_ns = LAB_WAKEUP_NS,
};

void lab_begin(struct lab *lab)
{
	*lab = (struct lab){
		.device = small,
		.actuator = { .name = "test",
			      .path = "test",
			      .gate = "defers",
			      .caps = all_caps },
		.scenario = ct_scenario_new(),
		.traces = g_ptr_array_new_with_free_func((GDestroyNotify)ct_trace_free),
		.programs = g_ptr_array_new_with_free_func((GDestroyNotify)ct_program_free),
	};
	lab->scenario->min_requests = 1;
	lab->in = (struct ct_run_input){
		.scenario = lab->scenario,
		.device = &lab->device,
		.actuator = &lab->actuator,
		.seed = 1,
		.only_tenant = -1,
	};
}

void lab_end(struct lab *lab)
{
	g_ptr_array_free(lab->programs, TRUE);
	g_ptr_array_free(lab->traces, TRUE);
	ct_scenario_free(lab->scenario);
}

struct ct_tenant_spec *lab_tenant(struct lab *lab, struct tape *tape, const char *arrive,
				  const char *marker)
{
	g_autofree char *path = tape_end(tape);
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace = tiny_open(path);
	struct ct_program *program;
	struct ct_tenant_spec *spec = ct_scenario_tenant(lab->scenario, NULL, path);

	g_ptr_array_add(lab->traces, trace);
	program = ct_program_new(trace, &lab->device, marker, &error);
	if (!program || !ct_arrival_parse(arrive, &spec->arrive, &error))
		g_error("%s", error->message);
	g_ptr_array_add(lab->programs, program);
	return spec;
}

static void check_causes(const struct ct_run_result *result)
{
	for (size_t i = 0; i < result->n_tenants; i++) {
		const struct ct_tenant_result *t = &result->tenant[i];
		int64_t sum = 0;

		for (int cause = 0; cause < CT_CAUSE_MAX; cause++) {
			g_assert_cmpint(t->time_ns[cause], >=, 0);
			sum += t->time_ns[cause];
		}
		g_assert_cmpint(sum, ==, t->turnaround_ns);
	}
}

struct ct_run_result *lab_run_choice(struct lab *lab, const struct ct_policy_choice *choice)
{
	struct ct_run_result *result;

	lab->in.policy = choice;
	lab->in.program = (const struct ct_program *const *)lab->programs->pdata;
	result = ct_run(&lab->in);
	check_causes(result);
	return result;
}

struct ct_run_result *lab_run(struct lab *lab, const char *policy)
{
	g_autoptr(GError) error = NULL;
	struct ct_policy_choice choice;
	struct ct_run_result *result;

	if (!ct_policy_choose(policy, NULL, &choice, &error))
		g_error("%s", error->message);
	result = lab_run_choice(lab, &choice);
	if (result->error)
		g_error("%s", result->error->message);
	ct_policy_choice_clear(&choice);
	return result;
}

struct ct_run_result *lab_run_under(struct lab *lab, const struct ct_policy *policy)
{
	struct ct_policy_choice choice = { .policy = policy };

	return lab_run_choice(lab, &choice);
}
