/* translate - every generation's records become the same ones of a spool. */
#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/collector/buffers.h"
#include "tests/capture/activity.h"
#include "tests/capture/spool-read.h"

#define CU_LAUNCH_KERNEL    307 /* as CUPTI numbers cuLaunchKernel() */
#define CU_GET_ERROR_STRING 391

static struct {
	char *folder, *path;
	struct ct_spooler spool;
	struct ct_translator translator;
	struct ct_session_page page;
	struct ct_activity activity;
} world;

static void begin(uint32_t version)
{
	struct ct_spool_header header = { .pid = 1, .begin_ns = 2 };

	world.folder = g_dir_make_tmp("ct-translate-XXXXXX", NULL);
	memset(&world.page, 0, sizeof(world.page));
	ck_assert_int_eq(ct_spooler_init(&world.spool, world.folder, &header), 0);
	world.path = g_strdup(world.spool.path);
	ct_translator_init(&world.translator, &world.spool, &world.page, version);
	ct_activity_init(&world.activity, version, 1 << 20);
}

/* Hands the buffer over. */
static void take(void)
{
	struct ct_cupti cupti = ct_activity_cupti(world.activity.version);

	ct_buffers_take(&cupti, &world.translator, world.activity.buffer,
			world.activity.used);
	world.activity.used = 0;
}

static void finish(struct ct_spool_file *file)
{
	struct ct_spool_end end = { 0 };

	if (world.activity.used > 0)
		take();
	ct_spooler_close(&world.spool, &end);
	ct_spool_file_read(file, world.path);
	g_unlink(world.path);
	g_rmdir(world.folder);
	g_free(world.path);
	g_free(world.folder);
	ct_activity_clear(&world.activity);
}

static struct ct_cupti_kernel *kernel(const char *name, uint64_t start_ns)
{
	struct ct_cupti_kernel *k = ct_activity_add(&world.activity, CT_CUPTI_KIND_KERNEL);

	k->name = name;
	k->start_ns = start_ns;
	k->end_ns = start_ns + 100;
	k->correlation = (uint32_t)start_ns;
	k->grid[0] = k->grid[1] = k->grid[2] = 1;
	k->block[0] = 32;
	k->block[1] = k->block[2] = 1;
	return k;
}

static void call(uint32_t number, uint32_t correlation, uint64_t start_ns)
{
	struct ct_cupti_api *c = ct_activity_add(&world.activity, CT_CUPTI_KIND_DRIVER);

	c->call = number;
	c->correlation = correlation;
	c->start_ns = start_ns;
	c->end_ns = start_ns + 10;
	c->thread = 77;
}

static const uint32_t versions[] = { 19, 20, 22, 23, 24, 26, 28, 130000, 130001, 130200 };

START_TEST(every_generation)
{
	uint32_t version = versions[_i];
	struct ct_spool_file file;
	struct ct_cupti_kernel *k;
	const struct ct_spool_kernel *to_kernel;
	const struct ct_spool_shape *shape;
	int i;

	begin(version);
	/* Twice, so that a wrong stride or a field too far is seen in the second. */
	for (i = 0; i < 2; i++) {
		k = kernel("gemm", 1000);
		k->registers = 255;
		k->device = 1;
		k->context = 2;
		k->stream = 3;
		k->grid[1] = 7;
		k->cluster[0] = 2;
		k->cluster[1] = k->cluster[2] = 1;
		k->smem_static_bytes = 16;
		k->smem_dynamic_bytes = 65536;
		k->smem_executed_bytes = 102400;
		k->local_per_thread_bytes = 8;
		k->launch_type = CT_CUPTI_LAUNCH_COOPERATIVE;
		k->graph = 5;
		k->graph_node = 1ull << 40;
		k->channel = 6;
		if (version >= 130000)
			k->device_launched = 1;
	}
	finish(&file);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_KERNEL), 2);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_STRING), 1);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_SHAPE), 1);
	to_kernel = ct_spool_file_get(&file, CT_SPOOL_KERNEL, 1);
	ck_assert_uint_eq(to_kernel->record.words, 8);
	ck_assert_int_eq(to_kernel->start_ns, 1000);
	ck_assert_int_eq(to_kernel->end_ns, 1100);
	ck_assert_uint_eq(to_kernel->correlation, 1000);
	ck_assert_uint_eq(to_kernel->device, 1);
	ck_assert_uint_eq(to_kernel->context, 2);
	ck_assert_uint_eq(to_kernel->stream, 3);
	ck_assert_uint_eq(to_kernel->graph, 5);
	ck_assert_uint_eq(to_kernel->graph_node, 1ull << 40);
	ck_assert_uint_eq(to_kernel->channel, 6);
	ck_assert_uint_eq(to_kernel->flags, version >= 130000 ? CT_SPOOL_FROM_DEVICE : 0);
	shape = ct_spool_file_get(&file, CT_SPOOL_SHAPE, to_kernel->shape);
	ck_assert_str_eq(ct_spool_file_text(&file, shape->shape.name), "gemm");
	ck_assert_uint_eq(shape->shape.registers, 255);
	ck_assert_uint_eq(shape->shape.grid[1], 7);
	ck_assert_uint_eq(shape->shape.block[0], 32);
	ck_assert_uint_eq(shape->shape.cluster[0], 2);
	ck_assert_uint_eq(shape->shape.cluster[2], 1);
	ck_assert_uint_eq(shape->shape.smem_dynamic_bytes, 65536);
	ck_assert_uint_eq(shape->shape.smem_executed_bytes, 102400);
	ck_assert_uint_eq(shape->shape.flags, CT_SHAPE_HAS_GRID | CT_SHAPE_HAS_REGISTERS |
						      CT_SHAPE_HAS_SMEM |
						      CT_SHAPE_COOPERATIVE);
	ct_spool_file_free(&file);
}
END_TEST

/* What each generation has and the ones before have not, always with another behind it. */
START_TEST(late_fields)
{
	uint32_t version = versions[_i];
	struct ct_spool_file file;
	struct ct_cupti_memcpy *copy;
	struct ct_cupti_sync *sync;
	struct ct_cupti_event *event;
	struct ct_cupti_context *context;
	const struct ct_spool_copy *to_copy;
	const struct ct_spool_sync *to_sync;
	const struct ct_spool_event *to_event;
	const struct ct_spool_context *to_context;

	begin(version);
	copy = ct_activity_add(&world.activity, CT_CUPTI_KIND_MEMCPY);
	copy->bytes = 4096;
	copy->copy_kind = 1;
	copy->from_kind = 1;
	copy->to_kind = 3;
	copy->flags = CT_CUPTI_MEMCPY_ASYNC;
	copy->start_ns = copy->end_ns = 5;
	if (version >= 26)
		copy->n_copies = 9;
	sync = ct_activity_add(&world.activity, CT_CUPTI_KIND_SYNCHRONIZATION);
	sync->type = 2;
	sync->start_ns = 1;
	sync->event = 11;
	sync->stream = UINT32_MAX;
	if (version >= 26) {
		sync->event_record = 12;
		sync->result = 700;
	}
	event = ct_activity_add(&world.activity, CT_CUPTI_KIND_CUDA_EVENT);
	event->event = 11;
	event->stream = 7;
	if (version >= 26) {
		event->event_record = 12;
		event->device_ns = 13;
		event->device = 3;
	}
	context = ct_activity_add(&world.activity, CT_CUPTI_KIND_CONTEXT);
	context->context = 2;
	context->null_stream = 7;
	if (version >= 22) {
		context->green = 1;
		context->parent = 1;
	}
	if (version >= 23)
		context->sms = 16;
	ct_activity_add(&world.activity, CT_CUPTI_KIND_STREAM);
	finish(&file);

	to_copy = ct_spool_file_get(&file, CT_SPOOL_COPY, 0);
	ck_assert_uint_eq(to_copy->bytes, 4096);
	ck_assert_uint_eq(to_copy->flags, CT_CUPTI_MEMCPY_ASYNC);
	ck_assert_uint_eq(to_copy->to_kind, 3);
	ck_assert_uint_eq(to_copy->from_device, CT_NONE);
	ck_assert_uint_eq(to_copy->n_copies, version >= 26 ? 9 : 0);
	to_sync = ct_spool_file_get(&file, CT_SPOOL_SYNC, 0);
	ck_assert_uint_eq(to_sync->event, 11);
	ck_assert_uint_eq(to_sync->stream, CT_NONE);
	ck_assert_uint_eq(to_sync->event_record, version >= 26 ? 12 : 0);
	ck_assert_uint_eq(to_sync->result, version >= 26 ? 700 : 0);
	to_event = ct_spool_file_get(&file, CT_SPOOL_EVENT, 0);
	ck_assert_uint_eq(to_event->event_record, version >= 26 ? 12 : 0);
	ck_assert_int_eq(to_event->device_ns, version >= 26 ? 13 : 0);
	ck_assert_uint_eq(to_event->device, version >= 26 ? 3 : CT_NONE);
	to_context = ct_spool_file_get(&file, CT_SPOOL_CONTEXT, 0);
	ck_assert_uint_eq(to_context->null_stream, 7);
	ck_assert_uint_eq(to_context->parent, version >= 22 ? 1 : CT_NONE);
	ck_assert_uint_eq(to_context->sms, version >= 23 ? 16 : 0);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_STREAM), 1);
	ct_spool_file_free(&file);
}
END_TEST

START_TEST(everything_else)
{
	struct ct_spool_file file;
	struct ct_cupti_memset *set;
	struct ct_cupti_memcpy2 *copy;
	struct ct_cupti_memory *memory;
	struct ct_cupti_device *device;
	struct ct_cupti_stream *stream;
	const struct ct_spool_device *to_device;
	const struct ct_spool_stream *to_stream;
	const struct ct_spool_memory *to_memory;
	const struct ct_spool_call *to_call;

	begin(130001);
	set = ct_activity_add(&world.activity, CT_CUPTI_KIND_MEMSET);
	set->bytes = 64;
	set->memory_kind = 3;
	set->start_ns = 9;
	copy = ct_activity_add(&world.activity, CT_CUPTI_KIND_MEMCPY2);
	copy->start_ns = copy->end_ns = 1;
	copy->from_device = 0;
	copy->to_device = 1;
	memory = ct_activity_add(&world.activity, CT_CUPTI_KIND_MEMORY2);
	memory->operation = 1;
	memory->address = 0x7f0000000000;
	memory->bytes = 1 << 21;
	memory->async = 1;
	memory->pool_address = 0x1234;
	memory->time_ns = 4;
	device = ct_activity_add(&world.activity, CT_CUPTI_KIND_DEVICE);
	device->name = strdup("NVIDIA H100"); /* freed there, or the sanitizer says so */
	device->sms = 132;
	device->warps_per_sm = 64;
	device->warp_size = 32;
	device->copy_engines = 3;
	device->mig = 1;
	stream = ct_activity_add(&world.activity, CT_CUPTI_KIND_STREAM);
	stream->stream = 13;
	stream->priority = (uint32_t)-5;
	stream->flag = CT_CUPTI_STREAM_NONBLOCKING;
	stream = ct_activity_add(&world.activity, CT_CUPTI_KIND_STREAM);
	stream->flag = CT_CUPTI_STREAM_NULL;
	call(CU_LAUNCH_KERNEL, 21, 3);
	call(CU_GET_ERROR_STRING, 22, 4); /* not of the calls that are kept */
	ct_activity_add(&world.activity, 200);
	kernel(NULL, 0);
	finish(&file);

	ck_assert_uint_eq(world.translator.n_records, 10);
	ck_assert_uint_eq(world.translator.n_unknown_kinds, 1);
	ck_assert_uint_eq(world.translator.n_zero_times,
			  2); /* the set's end, the kernel's start */
	ck_assert_uint_eq(world.translator.n_launches, 1);
	to_device = ct_spool_file_get(&file, CT_SPOOL_DEVICE, 0);
	ck_assert_str_eq(ct_spool_file_text(&file, to_device->device.name), "NVIDIA H100");
	ck_assert_uint_eq(to_device->device.threads_per_sm, 2048);
	ck_assert_uint_eq(to_device->device.sms, 132);
	ck_assert_uint_eq(to_device->copy_engines, 3);
	ck_assert_uint_eq(to_device->flags, CT_SPOOL_MIG);
	to_stream = ct_spool_file_get(&file, CT_SPOOL_STREAM, 0);
	ck_assert_int_eq(to_stream->priority, -5);
	ck_assert_uint_eq(to_stream->flags,
			  CT_STREAM_PRIORITY_KNOWN | CT_STREAM_NONBLOCKING);
	to_stream = ct_spool_file_get(&file, CT_SPOOL_STREAM, 1);
	ck_assert_uint_eq(to_stream->flags, CT_STREAM_PRIORITY_KNOWN | CT_STREAM_NULL);
	to_memory = ct_spool_file_get(&file, CT_SPOOL_MEMORY, 0);
	ck_assert_uint_eq(to_memory->address, 0x7f0000000000);
	ck_assert_uint_eq(to_memory->pool, 0x1234);
	ck_assert_uint_eq(to_memory->flags, CT_SPOOL_ASYNC);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 1);
	to_call = ct_spool_file_get(&file, CT_SPOOL_CALL, 0);
	ck_assert_uint_eq(to_call->call, CU_LAUNCH_KERNEL);
	ck_assert_uint_eq(to_call->thread, 77);
	ck_assert_uint_eq(to_call->domain, 1);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_SET), 1);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_COPY), 1);
	ct_spool_file_free(&file);
}
END_TEST

static const char *name_of_kernel(const struct ct_spool_file *file, size_t index)
{
	const struct ct_spool_kernel *k = ct_spool_file_get(file, CT_SPOOL_KERNEL, index);
	const struct ct_spool_shape *s = ct_spool_file_get(file, CT_SPOOL_SHAPE, k->shape);

	return ct_spool_file_text(file, s->shape.name);
}

/* A module is unloaded, another one loaded, and the address is that of another name. */
START_TEST(names)
{
	struct ct_spool_file file;
	char used_again[64] = "first", *longest = g_malloc(70000);

	begin(130001);
	kernel(used_again, 1);
	kernel("first", 2);
	take();
	strcpy(used_again, "firstborn");
	kernel(used_again, 3);
	take();
	strcpy(used_again, "fir");
	kernel(used_again, 4);
	memset(longest, 'x', 69999);
	longest[69999] = '\0';
	kernel(longest, 5);
	kernel(longest, 6);
	take();
	longest[65000] = '\0';
	kernel(longest, 7);
	finish(&file);
	ck_assert_str_eq(name_of_kernel(&file, 0), "first");
	ck_assert_str_eq(name_of_kernel(&file, 1), "first");
	ck_assert_str_eq(name_of_kernel(&file, 2), "firstborn");
	ck_assert_str_eq(name_of_kernel(&file, 3), "fir");
	ck_assert_uint_eq(strlen(name_of_kernel(&file, 4)), CT_STRING_BYTES - 1);
	ck_assert_uint_eq(strlen(name_of_kernel(&file, 5)), CT_STRING_BYTES - 1);
	ck_assert_uint_eq(strlen(name_of_kernel(&file, 6)), 65000);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_STRING), 5);
	ct_spool_file_free(&file);
	g_free(longest);
}
END_TEST

/* Calls are at 100, 200, ... and their kernels start 50 later. */
START_TEST(only_what_is_wanted)
{
	struct ct_spool_file file;
	uint64_t i;

	begin(130001);
	world.page.flags = CT_SESSION_WAIT_MARKER;
	call(CU_LAUNCH_KERNEL, 1, 100);
	kernel("k", 150)->correlation = 1;
	take();
	world.page.start_ns = 300;
	world.page.stop_ns = 600;
	for (i = 2; i < 9; i++)
		call(CU_LAUNCH_KERNEL, (uint32_t)i, 100 * i);
	for (i = 2; i < 9; i++)
		kernel("k", 100 * i + 50)->correlation = (uint32_t)i;
	/* Called before the stop, and waited for its turn long after. */
	kernel("k", 2000)->correlation = 5;
	finish(&file);
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_CALL), 3);
	/* The one of 200 ends after 300: that its call is missing, the importer sees. */
	ck_assert_uint_eq(ct_spool_file_count(&file, CT_SPOOL_KERNEL), 5);
	ck_assert_uint_eq(world.translator.n_launches, 3);
	ct_spool_file_free(&file);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("translate");
	TCase *c = tcase_create("translate");

	tcase_add_loop_test(c, every_generation, 0, (int)G_N_ELEMENTS(versions));
	tcase_add_loop_test(c, late_fields, 0, (int)G_N_ELEMENTS(versions));
	tcase_add_test(c, everything_else);
	tcase_add_test(c, names);
	tcase_add_test(c, only_what_is_wanted);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
