/*
 * confine - green contexts instead of primary ones, on a driver made here.
 *
 * The driver has two devices of 132 SMs, splits in eights with four left over and, where
 * coscheduling does not matter, in pairs, and refuses what a real one refuses: a group
 * count of zero, a description of groups of two splits, a green context of nothing.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/collector/confine.h"
#include "traces/spool.h"

#ifdef HAVE_CUDA_HEADERS
#include <cuda.h>
#include <cupti.h>
#include <stddef.h>

#include "capture/collector/confine-calls.h"
#include "capture/collector/confine-hook.h"

#define SAME_NUMBER(name, number)                                                          \
	_Static_assert(CUPTI_DRIVER_TRACE_CBID_##name == (number), #name);
CT_CONFINE_CALLS(SAME_NUMBER)
CT_CONFINE_RESETS(SAME_NUMBER)
_Static_assert(sizeof(struct ct_cu_resource) == sizeof(CUdevResource), "size");
_Static_assert(offsetof(struct ct_cu_resource, sm) == offsetof(CUdevResource, sm), "sm");
_Static_assert(offsetof(struct ct_cu_resource, sm.smallest) ==
		       offsetof(CUdevResource, sm.minSmPartitionSize),
	       "smallest");
_Static_assert(CT_CU_RESOURCE_SM == CU_DEV_RESOURCE_TYPE_SM, "type");
_Static_assert(CT_CU_SPLIT_ANY_SM == CU_DEV_SM_RESOURCE_SPLIT_IGNORE_SM_COSCHEDULING, "");
_Static_assert(CT_CU_GREEN_DEFAULT_STREAM == CU_GREEN_CTX_DEFAULT_STREAM, "flag");

_Static_assert(offsetof(struct ct_confine_call_data, parameters) ==
		       offsetof(CUpti_CallbackData, functionParams),
	       "parameters");
_Static_assert(offsetof(struct ct_confine_call_data, context) ==
		       offsetof(CUpti_CallbackData, context),
	       "context");

/* What cuda.h says of each function that is called through a pointer of ours. */
#define SAME_CALL(function, ...)                                                           \
	_Static_assert(_Generic(function, CUresult(*)(__VA_ARGS__) : 1, default : 0),      \
		       #function)
SAME_CALL(cuCtxGetDevice, CUdevice *);
SAME_CALL(cuCtxGetCurrent, CUcontext *);
SAME_CALL(cuCtxSetCurrent, CUcontext);
SAME_CALL(cuDevicePrimaryCtxGetState, CUdevice, unsigned int *, int *);
SAME_CALL(cuDevicePrimaryCtxRetain, CUcontext *, CUdevice);
SAME_CALL(cuDevicePrimaryCtxRelease_v2, CUdevice);
SAME_CALL(cuDeviceGetDevResource, CUdevice, CUdevResource *, CUdevResourceType);
SAME_CALL(cuDevSmResourceSplitByCount, CUdevResource *, unsigned int *,
	  const CUdevResource *, CUdevResource *, unsigned int, unsigned int);
SAME_CALL(cuDevResourceGenerateDesc, CUdevResourceDesc *, CUdevResource *, unsigned int);
SAME_CALL(cuGreenCtxCreate, CUgreenCtx *, CUdevResourceDesc, CUdevice, unsigned int);
SAME_CALL(cuGreenCtxDestroy, CUgreenCtx);
SAME_CALL(cuGreenCtxGetDevResource, CUgreenCtx, CUdevResource *, CUdevResourceType);
SAME_CALL(cuCtxFromGreenCtx, CUcontext *, CUgreenCtx);
#endif

#define LAUNCH_KERNEL 307
#define RESET         545
#define DEVICE_SMS    132
#define FIRST_GREEN   16

/* Contexts are the addresses of these: 0 and 1 primary, 2 the program's own, then green. */
static struct context {
	int device;
	uint32_t sms;
	int alive;
} contexts[64];
static int n_green, n_splits, retained[2], fails, one_thread;
static pthread_t owner;
static _Thread_local struct context *current;

static struct {
	int n[2];
	int32_t result;
	char text[256];
} notes;

static void note(uint32_t code, int32_t result, const char *text)
{
	notes.n[code == CT_SPOOL_CONFINED]++;
	notes.result = result;
	snprintf(notes.text, sizeof(notes.text), "%s", text);
}

static int get_device(int *device)
{
	*device = current->device;
	return 0;
}

static int get_current(void **context)
{
	*context = current;
	return 0;
}

static int set_current(void *context)
{
	struct context *to = context;

	if (!to->alive)
		return 709;
	if (one_thread && to->sms < DEVICE_SMS) {
		if (owner && !pthread_equal(owner, pthread_self()))
			return 1;
		owner = pthread_self();
	}
	current = to;
	return 0;
}

static int primary_state(int device, unsigned int *flags, int *active)
{
	*flags = 0;
	*active = contexts[device].alive;
	return 0;
}

static int primary_retain(void **context, int device)
{
	retained[device]++;
	*context = &contexts[device];
	return 0;
}

static int primary_release(int device)
{
	ck_assert_int_gt(retained[device], 0);
	retained[device]--;
	return 0;
}

static int device_resource(int device, struct ct_cu_resource *all, int type)
{
	ck_assert_int_eq(type, 1);
	all->type = 1;
	all->sm.sms = DEVICE_SMS;
	all->sm.smallest = 8;
	all->sm.alignment = 8;
	return fails == 1 ? 801 : 0;
}

static int split(struct ct_cu_resource *groups, unsigned int *n_groups,
		 const struct ct_cu_resource *from, struct ct_cu_resource *rest,
		 unsigned int flags, unsigned int least_sms)
{
	uint32_t each_sms = flags & 1 ? 2 : 8, least = least_sms ? least_sms : 1;
	unsigned int n;

	each_sms *= (least + each_sms - 1) / each_sms;
	n = from->sm.sms / each_sms;
	if (!groups) {
		*n_groups = n;
		return 0;
	}
	n_splits++;
	*n_groups = *n_groups < n ? *n_groups : n;
	for (unsigned int i = 0; i < *n_groups; i++) {
		groups[i] = *from;
		groups[i].sm.sms = each_sms;
		groups[i].sm.smallest = n_splits; /* to know it by */
	}
	return fails == 2 ? 915 : 0;
}

static int describe(void **description, struct ct_cu_resource *groups, unsigned int n)
{
	static uint32_t sms;

	ck_assert_uint_gt(n, 0);
	sms = 0;
	for (unsigned int i = 0; i < n; i++) {
		ck_assert_uint_eq(groups[i].sm.smallest, groups[0].sm.smallest);
		sms += groups[i].sm.sms;
	}
	*description = &sms;
	return 0;
}

static int green_create(void **green, void *description, int device, unsigned int flags)
{
	struct context *made = &contexts[FIRST_GREEN + n_green];

	ck_assert_uint_eq(flags, 1);
	if (fails == 3)
		return 2;
	n_green++;
	made->device = device;
	made->sms = *(uint32_t *)description;
	made->alive = 1;
	*green = (char *)made + 1; /* a handle is no context */
	return 0;
}

static struct context *of(void *green)
{
	return (struct context *)((char *)green - 1);
}

static int green_destroy(void *green)
{
	of(green)->alive = 0;
	return 0;
}

static int green_resource(void *green, struct ct_cu_resource *got, int type)
{
	got->sm.sms = of(green)->sms + (fails == 4 ? 2 : 0);
	return 0;
}

static int context_of(void **context, void *green)
{
	*context = of(green);
	return 0;
}

static const struct ct_confine_driver driver = {
	.get_device = get_device,
	.get_current = get_current,
	.set_current = set_current,
	.primary_state = primary_state,
	.primary_retain = primary_retain,
	.primary_release = primary_release,
	.device_resource = device_resource,
	.split = split,
	.describe = describe,
	.green_create = green_create,
	.green_destroy = green_destroy,
	.green_resource = green_resource,
	.context_of = context_of,
};

/* Each test runs in a process of its own. */
static void begin(uint32_t sms)
{
	for (int i = 0; i < 3; i++)
		contexts[i] = (struct context){ i % 2, DEVICE_SMS, 1 };
	ct_confine_start(&driver, sms, note);
}

/* The program launches; the context the kernel is of. */
static struct context *launch(void)
{
	ct_confine_enter(LAUNCH_KERNEL, current, NULL);
	return current;
}

START_TEST(primary_becomes_green)
{
	static const uint32_t sizes[] = { 8, 48, 128, 6, 132, 2 };
	struct context *first;
	int splits;

	begin(sizes[_i]);
	current = &contexts[0];
	errno = 77;
	first = launch();
	ck_assert_int_eq(errno, 77);
	ck_assert_ptr_eq(first, &contexts[FIRST_GREEN]);
	ck_assert_uint_eq(first->sms, sizes[_i]);
	ck_assert_int_eq(notes.n[1], 1);
	ck_assert_int_eq(notes.n[0], 0);
	splits = n_splits;
	/* Again, and after the program has set its own context again: the same one. */
	ck_assert_ptr_eq(launch(), first);
	current = &contexts[0];
	ck_assert_ptr_eq(launch(), first);
	ck_assert_int_eq(n_splits, splits);
	ck_assert_int_eq(notes.n[1], 1);
	ck_assert_int_eq(retained[0], 0);
	/* The profiler may go on naming the primary one. */
	ct_confine_enter(LAUNCH_KERNEL, &contexts[0], NULL);
	ck_assert_ptr_eq(current, first);
}
END_TEST

START_TEST(each_device_has_its_own)
{
	begin(16);
	current = &contexts[0];
	ck_assert_int_eq(launch()->device, 0);
	current = &contexts[1];
	ck_assert_int_eq(launch()->device, 1);
	current = &contexts[0];
	ck_assert_ptr_eq(launch(), &contexts[FIRST_GREEN]);
	ck_assert_int_eq(n_green, 2);
	ck_assert_int_eq(notes.n[1], 2);
}
END_TEST

START_TEST(other_contexts_are_left_alone)
{
	begin(16);
	current = &contexts[2];
	ck_assert_ptr_eq(launch(), &contexts[2]);
	ck_assert_ptr_eq(launch(), &contexts[2]);
	ck_assert_int_eq(notes.n[0], 1);
	ck_assert_int_eq(n_green, 0);
	current = NULL;
	ct_confine_enter(LAUNCH_KERNEL, NULL, NULL);
	ck_assert_int_eq(notes.n[0], 1);
}
END_TEST

START_TEST(failures_leave_the_program_alone)
{
	static const struct {
		uint32_t sms;
		int fails, result;
	} cases[] = { { 16, 1, 801 }, { 16, 2, 915 }, { 16, 3, 2 },
		      { 16, 4, 0 },   { 7, 0, 0 },    { 136, 0, 0 } };

	fails = cases[_i].fails;
	begin(cases[_i].sms);
	current = &contexts[0];
	ck_assert_ptr_eq(launch(), &contexts[0]);
	ck_assert_ptr_eq(launch(), &contexts[0]);
	ck_assert_int_eq(notes.n[0], 1);
	ck_assert_int_eq(notes.n[1], 0);
	ck_assert_int_eq(notes.result, cases[_i].result);
	ck_assert_int_eq(retained[0], 0);
}
END_TEST

START_TEST(a_reset_is_survived)
{
	int device = 0;

	begin(16);
	current = &contexts[1];
	launch();
	current = &contexts[0];
	launch();
	ct_confine_enter(RESET, current, &device);
	ck_assert_ptr_eq(current, &contexts[0]);
	ck_assert_int_eq(contexts[FIRST_GREEN + 1].alive, 0);
	ck_assert_int_eq(contexts[FIRST_GREEN].alive, 1);
	ck_assert_ptr_eq(launch(), &contexts[FIRST_GREEN + 2]);
	ck_assert_int_eq(n_green, 3);
}
END_TEST

static void *other_thread(void *same)
{
	current = &contexts[0];
	for (int i = 0; i < 1000; i++) {
		*(int *)same = launch() == &contexts[FIRST_GREEN];
		current = &contexts[0];
	}
	return NULL;
}

START_TEST(threads_share_one)
{
	pthread_t thread[4];
	int same[4];

	begin(24);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, other_thread, &same[i]),
				 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		ck_assert(same[i]);
	}
	ck_assert_int_eq(n_green, 1);
	ck_assert_int_eq(notes.n[0], 0);
}
END_TEST

/* As the manual could be read. */
START_TEST(a_second_thread_is_told_of)
{
	pthread_t thread;
	int same;

	one_thread = 1;
	begin(24);
	current = &contexts[0];
	launch();
	ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, &same), 0);
	pthread_join(thread, NULL);
	ck_assert(!same);
	ck_assert_int_eq(notes.n[0], 1);
}
END_TEST

START_TEST(without_a_driver)
{
	struct ct_confine_driver none;

	ck_assert_int_eq(ct_confine_bind(&none, note), -ENOSYS);
	ck_assert_int_eq(notes.n[0], 1);
	ct_confine_enter(LAUNCH_KERNEL, &contexts[0], NULL); /* never started */
}
END_TEST

START_TEST(calls_are_named_once)
{
	for (size_t i = 0; i < ct_confine_n_calls; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(ct_confine_call[i], ct_confine_call[j]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine");
	TCase *tcase = tcase_create("confine");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, primary_becomes_green, 0, 6);
	tcase_add_test(tcase, each_device_has_its_own);
	tcase_add_test(tcase, other_contexts_are_left_alone);
	tcase_add_loop_test(tcase, failures_leave_the_program_alone, 0, 6);
	tcase_add_test(tcase, a_reset_is_survived);
	tcase_add_test(tcase, threads_share_one);
	tcase_add_test(tcase, a_second_thread_is_told_of);
	tcase_add_test(tcase, without_a_driver);
	tcase_add_test(tcase, calls_are_named_once);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
