/*
 * tiny-trace - a trace small enough to be worked out by hand.
 *
 *	lane 0, stream 7		    lane 1, stream 13
 *	  0 begin "request"
 *	  0 a	    runs  10- 20
 *	 20 record event 1		     22 wait for event 1
 *	 30 b	    runs  40- 70	     24 b      runs 50-60
 *	 80 end "request"		     27 copy   runs 60-90
 *	100 begin "request"
 *	100 graph: a runs 120-130, a runs 130-150
 *	160 end "request"
 */
#include "tests/unit/tiny-trace.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *directory;

static void remove_directory(void)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		g_remove(path);
	}
	if (dir)
		g_dir_close(dir);
	g_rmdir(directory);
	g_free(directory);
}

char *tiny_path(const char *name)
{
	if (!directory) {
		directory = g_dir_make_tmp("cotenant-test-XXXXXX", NULL);
		if (!directory)
			exit(1);
		atexit(remove_directory);
	}
	return g_build_filename(directory, name, NULL);
}

static uint32_t need(int64_t result)
{
	if (result < 0)
		g_error("tiny trace: %s", g_strerror((int)-result));
	return (uint32_t)result;
}

struct ct_writer *tiny_begin(const char *path)
{
	const struct ct_writer_options options = { .origin_ns = 1000,
						   .clock = CT_CLOCK_UNIX };
	struct ct_device_record device = { .sms = 4, .name = CT_NONE };
	struct ct_process_record process = { .pid = 42, .name = CT_NONE };
	struct ct_context_record context = { .id = 1, .green_parent = CT_NONE };
	struct ct_shape_record a = { .grid = { 4, 1, 1 },
				     .block = { 128, 1, 1 },
				     .registers = 32,
				     .flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS };
	struct ct_shape_record b = { .grid = { 10, 2, 1 },
				     .block = { 256, 1, 1 },
				     .smem_static_bytes = 100,
				     .smem_dynamic_bytes = 28,
				     .flags = CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_SMEM };
	struct ct_writer *writer;

	need(ct_writer_open(path, &options, &writer));
	need(ct_writer_device(writer, &device));
	need(ct_writer_process(writer, &process));
	need(ct_writer_context(writer, &context));
	for (uint32_t i = 0; i < 2; i++) {
		struct ct_stream_record stream = { .id = i ? 13 : 7 };
		struct ct_lane_record lane = { .thread = i, .device = CT_NONE };

		need(ct_writer_stream(writer, &stream));
		need(ct_writer_lane(writer, &lane));
	}
	a.name = need(ct_writer_string(writer, "a", 1));
	b.name = need(ct_writer_string(writer, "b", 1));
	need(ct_writer_shape(writer, &a));
	need(ct_writer_shape(writer, &b));
	return writer;
}

static struct ct_op host_op(enum ct_op_kind kind, int64_t api_ns, uint64_t sequence)
{
	return (struct ct_op){ .kind = (uint8_t)kind,
			       .api_start_ns = api_ns,
			       .api_end_ns = api_ns,
			       .start_ns = CT_TIME_NONE,
			       .end_ns = CT_TIME_NONE,
			       .stream = CT_NONE,
			       .counter = CT_NONE,
			       .sequence = sequence };
}

void tiny_kernel(struct ct_writer *writer, uint32_t lane, uint32_t shape, int64_t api_ns,
		 int64_t start_ns, int64_t end_ns, uint64_t sequence)
{
	struct ct_op op = host_op(CT_OP_KERNEL, api_ns, sequence);

	op.start_ns = start_ns;
	op.end_ns = end_ns;
	op.stream = lane;
	op.shape = shape;
	op.flags = api_ns == CT_TIME_NONE ? CT_OP_CHILD : 0;
	/* Only the two b at 50 share the device. */
	op.overlap_ns = shape == 1 && start_ns <= 50 && end_ns >= 60 ? 10 : 0;
	need(ct_writer_op(writer, lane, &op));
}

void tiny_event(struct ct_writer *writer, uint32_t lane, enum ct_op_kind kind,
		int64_t api_ns, uint64_t handle, uint64_t sequence)
{
	struct ct_op op = host_op(kind, api_ns, sequence);

	op.stream = lane;
	op.handle = handle;
	need(ct_writer_op(writer, lane, &op));
}

static void mark(struct ct_writer *writer, enum ct_op_kind kind, int64_t api_ns,
		 uint64_t sequence)
{
	struct ct_op op = host_op(kind, api_ns, sequence);

	op.name = need(ct_writer_string(writer, "request", 7));
	need(ct_writer_op(writer, 0, &op));
}

void tiny_write(const char *path)
{
	struct ct_writer *writer = tiny_begin(path);
	struct ct_op copy = host_op(CT_OP_MEMCPY, 27, 8);

	mark(writer, CT_OP_MARKER_BEGIN, 0, 0);
	tiny_kernel(writer, 0, 0, 0, 10, 20, 1);
	tiny_event(writer, 0, CT_OP_EVENT_RECORD, 20, 1, 2);
	tiny_kernel(writer, 0, 1, 30, 40, 70, 3);
	mark(writer, CT_OP_MARKER_END, 80, 9);
	mark(writer, CT_OP_MARKER_BEGIN, 100, 10);
	tiny_event(writer, 0, CT_OP_GRAPH_LAUNCH, 100, 0, 11);
	tiny_kernel(writer, 0, 0, CT_TIME_NONE, 120, 130, 12);
	tiny_kernel(writer, 0, 0, CT_TIME_NONE, 130, 150, 13);
	mark(writer, CT_OP_MARKER_END, 160, 14);
	tiny_event(writer, 1, CT_OP_EVENT_WAIT, 22, 1, 6);
	tiny_kernel(writer, 1, 1, 24, 50, 60, 7);
	copy.start_ns = 60;
	copy.end_ns = 90;
	copy.stream = 1;
	copy.bytes = 4096;
	need(ct_writer_op(writer, 1, &copy));
	need(ct_writer_close(writer, 0));
}

struct ct_trace *tiny_open(const char *path)
{
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace = ct_trace_open(path, &error);

	if (!trace)
		g_error("%s", error->message);
	return trace;
}
