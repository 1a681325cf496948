/*
 * fuzz-trace - damaged traces through the reader.
 *
 * Checksums would stop nearly all damage at the door, so every input is read twice: as
 * it is, and with its checksums made right, so that damage reaches the code behind them.
 */
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include <xxhash.h>

#include "sim/base/error.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/trace-sample.h"
#include "traces/reader.h"

static void check_error(const GError *error)
{
	g_assert_error(error, CT_ERROR, CT_EXIT_INPUT);
	g_assert_nonnull(strstr(error->message, sample_path()));
}

/* Follows everything that an operation names; the sanitizers watch. */
static void use_op(const struct ct_trace *trace, const struct ct_op *op)
{
	if (op->stream != CT_NONE) {
		g_assert_cmpuint(op->stream, <, trace->n_streams);
		g_assert_cmpuint(trace->stream[op->stream].device, <, trace->n_devices);
	}
	if (op->kind == CT_OP_KERNEL) {
		g_assert_cmpuint(op->shape, <, trace->n_shapes);
		g_assert_cmpint(op->start_ns, <=, op->end_ns);
		strlen(ct_trace_string(trace, trace->shape[op->shape].name));
	}
}

static void use_lane(const struct ct_trace *trace, uint32_t lane)
{
	struct ct_cursor *cursor = ct_cursor_new(trace, lane);
	g_autoptr(GError) error = NULL;
	const struct ct_op *op;
	uint64_t n = 0;

	while ((op = ct_cursor_next(cursor, &error))) {
		use_op(trace, op);
		n++;
	}
	if (error)
		check_error(error);
	else
		g_assert_cmpuint(n, ==, trace->lane_ops[lane]);
	g_clear_error(&error);
	if (ct_cursor_seek(cursor, n / 2, &error))
		g_assert_cmpuint(ct_cursor_position(cursor), ==, n / 2);
	ct_cursor_free(cursor);
}

/* Reads everything that the tables of minor version 1 name. */
static void use_tables(const struct ct_trace *trace)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < trace->n_recordings; i++)
		g_assert_cmpuint(trace->recording[i].process, <, trace->n_processes);
	for (uint32_t i = 0; i < trace->n_green; i++) {
		g_assert_cmpuint(trace->green[i].context, <, trace->n_contexts);
		g_assert_nonnull(ct_trace_green(trace, trace->green[i].context));
	}
	for (uint32_t i = 0; i < trace->n_graphs; i++) {
		const struct ct_graph_record *graph = &trace->graph[i];

		/* Every graph may name all edges: look at the first and the last. */
		g_assert(graph->process == CT_NONE || graph->process < trace->n_processes);
		g_assert_cmpuint(graph->first_edge, <=, trace->n_edges);
		g_assert_cmpuint(graph->n_edges, <=, trace->n_edges - graph->first_edge);
		if (graph->n_edges)
			sum += trace->edge[graph->first_edge].from +
			       trace->edge[graph->first_edge + graph->n_edges - 1].to;
	}
	for (uint32_t i = 0; i < trace->n_curves; i++) {
		g_assert_cmpuint(trace->curve[i].shape, <, trace->n_shapes);
		g_assert_cmpint(trace->curve[i].ns, >, 0);
	}
	g_assert(trace->n_edges || !sum);
}

static void read_trace(const guint8 *bytes, size_t length)
{
	int fd = open(sample_path(), O_WRONLY | O_TRUNC | O_CLOEXEC);
	g_autoptr(GError) error = NULL;
	struct ct_trace *trace;

	g_assert_cmpint(write(fd, bytes, length), ==, length);
	close(fd);
	trace = ct_trace_open(sample_path(), &error);
	if (!trace) {
		check_error(error);
		return;
	}
	g_assert(trace->complete == (trace->missing == NULL));
	use_tables(trace);
	for (uint32_t lane = 0; lane < trace->n_lanes; lane++)
		use_lane(trace, lane);
	ct_trace_free(trace);
}

static void make_checksums_right(guint8 *bytes, size_t length)
{
	size_t at = sizeof(struct ct_trace_header);
	struct ct_chunk_header chunk;
	uint64_t checksum;

	if (length < at)
		return;
	checksum = XXH64(bytes, offsetof(struct ct_trace_header, checksum), 0);
	memcpy(bytes + offsetof(struct ct_trace_header, checksum), &checksum,
	       sizeof(checksum));

	while (length - at >= sizeof(chunk)) {
		memcpy(&chunk, bytes + at, sizeof(chunk));
		if (chunk.stored_bytes > length - at - sizeof(chunk))
			break;
		chunk.payload_checksum =
			XXH64(bytes + at + sizeof(chunk), chunk.stored_bytes, 0);
		chunk.checksum =
			XXH64(&chunk, offsetof(struct ct_chunk_header, checksum), 0);
		memcpy(bytes + at, &chunk, sizeof(chunk));
		at += sizeof(chunk) + (chunk.stored_bytes + 7u) / 8 * 8;
		if (at > length)
			break;
	}
}

static void check(const guint8 *bytes, size_t length)
{
	g_autofree guint8 *right = g_malloc(length + 1);

	memcpy(right, bytes, length);
	make_checksums_right(right, length);
	read_trace(bytes, length);
	read_trace(right, length);
}

static void load_seed(struct fuzz_seed *seed, int zstd_level, uint64_t n_ops)
{
	char *bytes;

	sample_write(sample_path(), zstd_level, n_ops);
	g_assert_true(g_file_get_contents(sample_path(), &bytes, &seed->length, NULL));
	seed->bytes = bytes;
}

/* With all that came with minor version 1. */
static void load_extended(struct fuzz_seed *seed, int zstd_level)
{
	struct ct_writer *w = sample_begin(sample_path(), zstd_level);
	struct ct_op op = sample_op(0, 0);
	char *bytes;

	sample_extend(w);
	g_assert_cmpint(ct_writer_op(w, 0, &op), ==, 0);
	g_assert_cmpint(ct_writer_close(w, 0), ==, 0);
	g_assert_true(g_file_get_contents(sample_path(), &bytes, &seed->length, NULL));
	seed->bytes = bytes;
}

int main(void)
{
	static const char *const words[] = { "CHNK", "\xff\xff\xff\xff", "\x7f\xff",
					     "\x01", "\xff\xff\xff\x7f", NULL };
	struct fuzz_seed seeds[5];
	struct fuzz_target target = { seeds, G_N_ELEMENTS(seeds), words, 2000, check };
	int result;

	load_seed(&seeds[0], 0, 3);
	load_seed(&seeds[1], 3, 20);
	load_seed(&seeds[2], 0, 0);
	load_extended(&seeds[3], 0);
	load_extended(&seeds[4], 3);
	result = fuzz_main(&target);
	for (guint i = 0; i < G_N_ELEMENTS(seeds); i++)
		g_free((void *)seeds[i].bytes);
	return result;
}
