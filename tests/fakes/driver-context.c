/*
 * driver-context - primary and created contexts of the fake driver.
 */
#include <stdlib.h>

#include "tests/fakes/driver.h"

#define STACK_DEPTH 32

static CUcontext contexts, primary[CT_FAKE_DEVICES];
static int n_retained[CT_FAKE_DEVICES];
static uint32_t n_contexts;
static _Thread_local struct {
	CUcontext at[STACK_DEPTH];
	int n;
} stack;

CUcontext ct_fake_current(void)
{
	return stack.n ? stack.at[stack.n - 1] : NULL;
}

static void set_current(CUcontext context)
{
	if (!stack.n)
		stack.n = 1;
	stack.at[stack.n - 1] = context;
}

/* Whether CONTEXT may be used.  The caller holds the lock. */
bool ct_fake_context_known(CUcontext context)
{
	for (CUcontext c = contexts; c; c = c->next) {
		if (c == context)
			return !c->is_dead;
	}
	return false;
}

bool ct_fake_context_is_usable(CUcontext context)
{
	bool known;

	ct_fake_lock();
	known = ct_fake_context_known(context);
	ct_fake_unlock();
	return known;
}

/* With the lock. */
CUcontext ct_fake_context_new(uint32_t device, uint32_t sms, CUcontext parent)
{
	CUcontext context = calloc(1, sizeof(*context));

	context->id = ++n_contexts;
	context->device = device;
	context->sms = sms;
	context->parent = parent;
	context->is_green = parent != NULL;
	context->next = contexts;
	contexts = context;
	context->null_stream = ct_fake_stream_new(context, 0, 0);
	context->null_stream->is_null = true;
	return context;
}

/* Without the lock. */
void ct_fake_context_made(CUcontext context)
{
	struct ct_fake_activity activity = {
		.kind = CT_FAKE_CONTEXT,
		.device = context->device,
		.context = context->id,
		.null_stream = context->null_stream->id,
		.parent = context->parent ? context->parent->id : 0,
		.sms = context->sms,
		.is_green = context->is_green,
	};
	struct ct_fake_resource made = { .event = CT_FAKE_CONTEXT_CREATED,
					 .context = context };

	ct_fake_tell(&activity);
	ct_fake_tell_resource(&made);
	ct_fake_stream_made(context->null_stream);
}

void ct_fake_context_dies(CUcontext context)
{
	struct ct_fake_resource dies = { .event = CT_FAKE_CONTEXT_DESTROYED,
					 .context = context };

	ct_fake_tell_resource(&dies);
	ct_fake_lock();
	context->is_dead = true;
	ct_fake_unlock();
	for (int i = 0; i < stack.n; i++) {
		if (stack.at[i] == context)
			stack.at[i] = NULL;
	}
}

CUresult ct_fake_retain(CUcontext *out, CUdevice device, int count)
{
	bool is_new;

	if (!out || device < 0 || device >= ct_fake_settings()->n_devices)
		return CUDA_ERROR_INVALID_DEVICE;
	ct_fake_lock();
	is_new = !primary[device];
	if (is_new)
		primary[device] = ct_fake_context_new(
			(uint32_t)device, (uint32_t)ct_fake_settings()->sms, NULL);
	n_retained[device] += count;
	*out = primary[device];
	ct_fake_unlock();
	if (is_new)
		ct_fake_context_made(*out);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext *out, CUdevice device)
{
	CT_FAKE_ENTER(cuDevicePrimaryCtxRetain, (CUcontext * out; CUdevice device;), out,
		      device);
	CT_FAKE_LEAVE(ct_fake_retain(out, device, 1));
}

CT_FAKE_EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
	CUcontext gone = NULL;

	CT_FAKE_ENTER(cuDevicePrimaryCtxRelease_v2, (CUdevice device;), device);
	if (device < 0 || device >= ct_fake_settings()->n_devices)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_DEVICE);
	ct_fake_lock();
	if (!n_retained[device]) {
		ct_fake_unlock();
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	}
	if (!--n_retained[device]) {
		gone = primary[device];
		primary[device] = NULL;
	}
	ct_fake_unlock();
	if (gone)
		ct_fake_context_dies(gone);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags,
						   int *active)
{
	if (device < 0 || device >= ct_fake_settings()->n_devices)
		return CUDA_ERROR_INVALID_DEVICE;
	ct_fake_lock();
	*flags = 0;
	*active = primary[device] != NULL;
	ct_fake_unlock();
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuCtxCreate_v2(CUcontext *out, unsigned flags, CUdevice device)
{
	CT_FAKE_ENTER(cuCtxCreate_v2, (CUcontext * out; unsigned flags; CUdevice device;),
		      out, flags, device);
	if (!out || device < 0 || device >= ct_fake_settings()->n_devices)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_DEVICE);
	if (stack.n == STACK_DEPTH)
		CT_FAKE_LEAVE(CUDA_ERROR_OUT_OF_MEMORY);
	ct_fake_lock();
	*out = ct_fake_context_new((uint32_t)device, (uint32_t)ct_fake_settings()->sms,
				   NULL);
	ct_fake_unlock();
	stack.at[stack.n++] = *out;
	ct_fake_context_made(*out);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxDestroy_v2(CUcontext context)
{
	CT_FAKE_ENTER(cuCtxDestroy_v2, (CUcontext context;), context);
	if (!ct_fake_context_is_usable(context) || context->is_green)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	ct_fake_wait_for_context(context);
	ct_fake_context_dies(context);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context)
{
	CT_FAKE_ENTER(cuCtxPushCurrent_v2, (CUcontext context;), context);
	if (!ct_fake_context_is_usable(context) || stack.n == STACK_DEPTH)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	stack.at[stack.n++] = context;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxPopCurrent_v2(CUcontext *out)
{
	CT_FAKE_ENTER(cuCtxPopCurrent_v2, (CUcontext * out;), out);
	if (!stack.n)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	stack.n--;
	if (out)
		*out = stack.at[stack.n];
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxSetCurrent(CUcontext context)
{
	CT_FAKE_ENTER(cuCtxSetCurrent, (CUcontext context;), context);
	if (context && !ct_fake_context_is_usable(context))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	set_current(context);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxGetCurrent(CUcontext *out)
{
	CT_FAKE_ENTER(cuCtxGetCurrent, (CUcontext * out;), out);
	*out = ct_fake_current();
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxGetDevice(CUdevice *device)
{
	CT_FAKE_ENTER(cuCtxGetDevice, (CUdevice * device;), device);
	if (!ct_fake_current())
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	*device = (CUdevice)ct_fake_current()->device;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxGetId(CUcontext context, unsigned long long *id)
{
	if (!context)
		context = ct_fake_current();
	if (!ct_fake_context_is_usable(context))
		return CUDA_ERROR_INVALID_CONTEXT;
	*id = context->id;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest)
{
	if (!ct_fake_current())
		return CUDA_ERROR_INVALID_CONTEXT;
	if (least)
		*least = 0;
	if (greatest)
		*greatest = CT_FAKE_GREATEST_PRIORITY;
	return CUDA_SUCCESS;
}

static int64_t end_of(CUcontext context)
{
	int64_t end_ns;

	ct_fake_lock();
	end_ns = context->end_ns;
	for (CUcontext c = contexts; c; c = c->next) {
		if (c->parent == context && c->end_ns > end_ns)
			end_ns = c->end_ns;
	}
	ct_fake_unlock();
	return end_ns;
}

void ct_fake_wait_for_context(CUcontext context)
{
	ct_fake_sleep_until(end_of(context));
}

CT_FAKE_EXPORT CUresult cuCtxSynchronize(void)
{
	CUcontext context = ct_fake_current();
	struct ct_fake_activity sync = { .kind = CT_FAKE_SYNC,
					 .type = CT_FAKE_SYNC_CONTEXT };

	CT_FAKE_ENTER(cuCtxSynchronize, (char none;), 0);
	if (!context)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	sync.start_ns = ct_fake_now_ns();
	ct_fake_wait_for_context(context);
	sync.end_ns = ct_fake_now_ns();
	sync.correlation = CT_FAKE_CORRELATION;
	sync.context = context->id;
	sync.device = context->device;
	sync.stream = sync.event = CT_FAKE_NONE;
	ct_fake_tell(&sync);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}
