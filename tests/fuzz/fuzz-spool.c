/*
 * fuzz-spool - damaged spools.
 *
 * Checksums are made right again after the damage, or nothing behind them would ever be
 * reached; one run in eight is left as it is.
 */
#include "tests/fuzz/fuzz-import.h"

#include <stddef.h>
#include <string.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "tests/unit/spool-builder.h"

static const char *const words[] = {
	"\xff\xff\xff\xff", "\x7f\xff", "SBLK", "\x09", "\x0a", "\x12", NULL,
};

static void mend_blocks(guint8 *bytes, size_t length)
{
	size_t at = sizeof(struct ct_spool_header);
	struct ct_spool_block head;
	XXH64_state_t state;

	while (at + sizeof(head) <= length) {
		memcpy(&head, bytes + at, sizeof(head));
		if (head.magic != CT_SPOOL_BLOCK_MAGIC ||
		    head.bytes > length - at - sizeof(head))
			return;
		XXH64_reset(&state, 0);
		XXH64_update(&state, &head, offsetof(struct ct_spool_block, checksum));
		XXH64_update(&state, bytes + at + sizeof(head), head.bytes);
		head.checksum = XXH64_digest(&state);
		memcpy(bytes + at, &head, sizeof(head));
		at += sizeof(head) + head.bytes;
	}
}

static void check(const guint8 *bytes, size_t length)
{
	g_autofree guint8 *mended = g_memdup2(bytes, length);
	struct ct_spool_header header;

	if (length >= sizeof(header) && bytes[length / 2] % 8) {
		memcpy(&header, mended, sizeof(header));
		header.checksum =
			XXH64(&header, offsetof(struct ct_spool_header, checksum), 0);
		memcpy(mended, &header, sizeof(header));
		mend_blocks(mended, length);
	}
	fuzz_import_check(mended, length);
}

static void add_graph(struct spool_builder *b)
{
	for (uint64_t i = 1; i <= 3; i++) {
		SPOOL_ADD(b, NODE,
			  &(struct ct_spool_node){ .graph = 6,
						   .node = 60 + i,
						   .original = 50 + i,
						   .original_graph = 5 });
		SPOOL_ADD(b, EDGE,
			  &(struct ct_spool_edge){
				  .graph = 5, .from = 50 + i, .to = 51 + i });
		SPOOL_ADD(b, KERNEL,
			  &(struct ct_spool_kernel){ .correlation = 9,
						     .start_ns = 9000 + (int64_t)i,
						     .end_ns = 9010 + (int64_t)i,
						     .context = 1,
						     .stream = 7,
						     .graph = 6,
						     .graph_node = 60 + i });
	}
	spool_call(b, 514, 101, 9, 8000, 8010);
}

static void add_rest(struct spool_builder *b)
{
	uint32_t name = spool_string(b, "step");

	SPOOL_ADD(b, MARKER,
		  &(struct ct_spool_marker){ .kind = CT_SPOOL_PUSH,
					     .time_ns = 900,
					     .thread = 101,
					     .name = name,
					     .domain = CT_NONE });
	SPOOL_ADD(b, MARKER,
		  &(struct ct_spool_marker){ .kind = CT_SPOOL_POP,
					     .time_ns = 9900,
					     .thread = 101,
					     .name = CT_NONE,
					     .domain = CT_NONE });
	SPOOL_ADD(b, COPY,
		  &(struct ct_spool_copy){ .correlation = 20,
					   .start_ns = 7000,
					   .end_ns = 7100,
					   .bytes = 4096,
					   .context = 1,
					   .stream = 7,
					   .copy_kind = 1 });
	SPOOL_ADD(b, SYNC,
		  &(struct ct_spool_sync){
			  .correlation = 21, .context = 1, .stream = 7, .type = 3 });
	spool_call(b, 126, 101, 21, 9500, 9600);
	SPOOL_ADD(b, EVENT,
		  &(struct ct_spool_event){ .correlation = 22,
					    .context = 1,
					    .stream = 7,
					    .event = 4,
					    .event_record = 77 });
	spool_call(b, 119, 101, 22, 9700, 9710);
	spool_call(b, 539, 101, 23, 9720, 9730);
	spool_call(b, 497, 101, 24, 9740, 9750);
	SPOOL_ADD(b, NOTE,
		  &(struct ct_spool_note){
			  .code = CT_SPOOL_STARTED, .time_ns = 10, .text = CT_NONE });
	SPOOL_ADD(b, ANCHOR, &(struct ct_spool_anchor){ .profiler_ns = 5 });
}

static void make_seed(struct fuzz_seed *seed)
{
	struct spool_builder b;

	spool_begin(&b, 100);
	spool_preamble(&b);
	for (uint32_t i = 1; i < 8; i++) {
		spool_call(&b, 307, 101, i, 1000 * i, 1000 * i + 10);
		spool_kernel(&b, i, 7 + i % 2, 1000 * i + 500, 1000 * i + 900);
	}
	spool_block(&b);
	add_graph(&b);
	add_rest(&b);
	spool_end(&b);
	seed->bytes = g_memdup2(b.file->data, b.file->len);
	seed->length = b.file->len;
	spool_free(&b);
}

int main(void)
{
	struct fuzz_seed seed;
	const struct fuzz_target target = {
		.seeds = &seed,
		.n_seeds = 1,
		.words = words,
		.runs = 3000,
		.check = check,
	};
	int code;

	make_seed(&seed);
	code = fuzz_import_main(&target, "spool");
	g_free((void *)seed.bytes);
	return code;
}
