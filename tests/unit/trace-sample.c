/*
 * trace-sample - a small trace that has everything in it.
 */
#include "tests/unit/trace-sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[256];

static void remove_scratch(void)
{
	unlink(scratch);
}

const char *sample_path(void)
{
	const char *directory = getenv("TMPDIR");
	int fd;

	if (scratch[0])
		return scratch;
	snprintf(scratch, sizeof(scratch), "%s/cotenant-test-XXXXXX",
		 directory ? directory : "/tmp");
	fd = mkstemp(scratch);
	if (fd < 0) {
		perror(scratch);
		exit(1);
	}
	close(fd);
	atexit(remove_scratch);
	return scratch;
}

static int64_t need(int64_t result)
{
	if (result < 0) {
		fprintf(stderr, "sample: %s\n", strerror((int)-result));
		exit(1);
	}
	return result;
}

struct ct_op sample_op(uint32_t lane, uint64_t number)
{
	int64_t at = (int64_t)number * 1000 + lane;
	struct ct_op op = {
		.api_start_ns = at,
		.api_end_ns = at + 300,
		.start_ns = at + 500,
		.end_ns = at + 1400,
		.stream = lane,
		.correlation = (uint32_t)number + 1,
		.counter = CT_NONE,
		.sequence = number * SAMPLE_LANES + lane,
	};

	switch (number % 5) {
	case 0:
	case 1:
		op.kind = CT_OP_KERNEL;
		op.shape = number % 2;
		op.counter = number % 2 ? 0 : CT_NONE;
		op.overlap_ns = 400;
		break;
	case 2:
		op.kind = CT_OP_MEMCPY;
		op.copy = CT_COPY_HTOD;
		op.flags = CT_OP_PAGEABLE;
		op.bytes = number << 10;
		break;
	case 3:
		op.kind = CT_OP_MARKER_BEGIN;
		op.name = 2;
		op.stream = CT_NONE;
		op.start_ns = op.end_ns = CT_TIME_NONE;
		break;
	default:
		op.kind = CT_OP_DEVICE_SYNC;
		op.context = 0;
		op.stream = CT_NONE;
		op.start_ns = op.end_ns = CT_TIME_NONE;
		break;
	}
	return op;
}

struct ct_writer *sample_begin(const char *path, int zstd_level)
{
	struct ct_writer_options options = {
		.origin_ns = 1400000000000000000,
		.clock = CT_CLOCK_UNIX,
		.zstd_level = zstd_level,
	};
	struct ct_device_record device = { .id = 3, .sms = 132, .warp_size = 32 };
	struct ct_process_record process = { .pid = 4711, .name = CT_NONE };
	struct ct_context_record context = { .id = 1, .green_parent = CT_NONE };
	struct ct_shape_record shape = { .grid = { 7, 1, 1 }, .block = { 256, 1, 1 } };
	struct ct_counter_record counter = { .shape = 1, .samples = 5, .l2_bytes = 99 };
	struct ct_writer *w;
	uint32_t i;

	need(ct_writer_open(path, &options, &w));
	device.name = (uint32_t)need(ct_writer_string(w, "some device", 11));
	need(ct_writer_device(w, &device));
	need(ct_writer_process(w, &process));
	need(ct_writer_context(w, &context));
	shape.name = (uint32_t)need(ct_writer_string(w, "void kernel<int>(float*)", 24));
	need(ct_writer_string(w, "a range", 7));
	for (i = 0; i < 2; i++) {
		shape.registers = (uint16_t)(32 + i);
		need(ct_writer_shape(w, &shape));
	}
	need(ct_writer_counter(w, &counter));
	for (i = 0; i < SAMPLE_STREAMS; i++) {
		struct ct_stream_record stream = { .id = 7 + i, .priority = -(int32_t)i };

		need(ct_writer_stream(w, &stream));
	}
	for (i = 0; i < SAMPLE_LANES; i++) {
		struct ct_lane_record lane = { .thread = 100 + i, .device = CT_NONE };

		need(ct_writer_lane(w, &lane));
	}
	return w;
}

void sample_extend(struct ct_writer *w)
{
	const struct ct_recording_record recording = { .process = 0,
						       .cupti_version = 130001,
						       .driver_version = 13000,
						       .stop = CT_STOP_FULL,
						       .flags = CT_RECORDING_CUT_OFF,
						       .n_records = 4000,
						       .n_dropped = 1,
						       .n_zero_times = 2,
						       .n_unknown_kinds = 3,
						       .n_lost_launches = 4,
						       .n_unlaunched = 5,
						       .n_wrong_graphs = 6,
						       .clock_error_ns = 900 };
	const struct ct_green_record green = { .sms = 16, .device_sms = 132 };
	const struct ct_graph_edge_record edges[] = { { 9, 11 }, { 10, 12 }, { 9, 10 } };
	const struct ct_graph_edge_record same[] = { { 72, 73 }, { 72, 74 }, { 73, 75 } };
	struct ct_curve_record curve = { .shape = 1, .sms = 66, .ns = 2000, .samples = 3 };

	need(ct_writer_recording(w, &recording));
	need(ct_writer_green(w, &green));
	need(ct_writer_graph(w, 0, 5, edges, 3));
	need(ct_writer_graph(w, 0, 6, same, 3));
	need(ct_writer_graph(w, CT_NONE, 7, NULL, 0));
	need(ct_writer_curve(w, &curve));
	curve.sms = 132;
	curve.ns = 1100;
	curve.spread_ns = 60;
	need(ct_writer_curve(w, &curve));
}

void sample_write(const char *path, int zstd_level, uint64_t n_ops)
{
	struct ct_writer *w = sample_begin(path, zstd_level);
	struct ct_op op;
	uint64_t number;
	uint32_t lane;

	for (number = 0; number < n_ops; number++) {
		for (lane = 0; lane < SAMPLE_LANES; lane++) {
			op = sample_op(lane, number);
			need(ct_writer_op(w, lane, &op));
		}
	}
	need(ct_writer_close(w, 0));
}
