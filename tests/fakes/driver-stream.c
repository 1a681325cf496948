/*
 * driver-stream - streams of the fake driver and what is asked of them.
 *
 * The streams without a handle are found here too: NULL and 1 are a context's legacy
 * stream, 2 the calling thread's own; for calls named _ptsz NULL is 2 as well.
 */
#include <stdlib.h>

#include "tests/fakes/driver.h"

#define LEGACY     ((CUstream)1)
#define PER_THREAD ((CUstream)2)

static CUstream streams;
static uint32_t n_streams;

/* With the lock. */
CUstream ct_fake_stream_new(CUcontext context, unsigned flags, int priority)
{
	CUstream stream = calloc(1, sizeof(*stream));

	stream->id = CT_FAKE_FIRST_STREAM + n_streams++;
	stream->context = context;
	stream->flags = flags;
	stream->priority = priority;
	stream->next = streams;
	streams = stream;
	return stream;
}

uint32_t ct_fake_stream_numbers(uint32_t n)
{
	uint32_t first = CT_FAKE_FIRST_STREAM + n_streams;

	n_streams += n;
	return first;
}

/* Without the lock. */
void ct_fake_stream_made(CUstream stream)
{
	struct ct_fake_activity activity = {
		.kind = CT_FAKE_STREAM,
		.device = stream->context->device,
		.context = stream->context->id,
		.stream = stream->id,
		.priority = stream->priority,
		.flags = stream->is_null                          ? 3
			 : stream->flags & CU_STREAM_NON_BLOCKING ? 2
								  : 1,
	};
	struct ct_fake_resource made = { .event = CT_FAKE_STREAM_CREATED,
					 .context = stream->context,
					 .stream = stream };

	ct_fake_tell(&activity);
	ct_fake_tell_resource(&made);
}

/* With the lock; NULL: no such stream. */
CUstream ct_fake_stream_in(CUcontext context, CUstream handle, bool per_thread)
{
	uint32_t thread;

	if (handle == PER_THREAD || (!handle && per_thread)) {
		if (!ct_fake_context_known(context))
			return NULL;
		thread = ct_fake_thread();
		for (CUstream s = streams; s; s = s->next) {
			if (s->is_per_thread && s->thread == thread &&
			    s->context == context)
				return s;
		}
		handle = ct_fake_stream_new(context, 0, 0);
		handle->is_per_thread = true;
		handle->thread = thread;
		return handle;
	}
	if (!handle || handle == LEGACY)
		return ct_fake_context_known(context) ? context->null_stream : NULL;
	for (CUstream s = streams; s; s = s->next) {
		if (s == handle)
			return s->is_dead ? NULL : s;
	}
	return NULL;
}

CUstream ct_fake_stream(CUstream handle, bool per_thread)
{
	return ct_fake_stream_in(ct_fake_current(), handle, per_thread);
}

static CUresult create(CUstream *out, CUcontext context, unsigned flags, int priority)
{
	CUstream stream;

	if (!out || flags & ~(unsigned)CU_STREAM_NON_BLOCKING)
		return CUDA_ERROR_INVALID_VALUE;
	if (priority > 0)
		priority = 0;
	if (priority < CT_FAKE_GREATEST_PRIORITY)
		priority = CT_FAKE_GREATEST_PRIORITY;
	ct_fake_lock();
	stream = ct_fake_context_known(context)
			 ? ct_fake_stream_new(context, flags, priority)
			 : NULL;
	ct_fake_unlock();
	if (!stream)
		return CUDA_ERROR_INVALID_CONTEXT;
	ct_fake_stream_made(stream);
	*out = stream;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuStreamCreate(CUstream *out, unsigned flags)
{
	CT_FAKE_ENTER(cuStreamCreate, (CUstream * out; unsigned flags;), out, flags);
	CT_FAKE_LEAVE(create(out, ct_fake_current(), flags, 0));
}

CT_FAKE_EXPORT CUresult cuStreamCreateWithPriority(CUstream *out, unsigned flags,
						   int priority)
{
	CT_FAKE_ENTER(cuStreamCreateWithPriority,
		      (CUstream * out; unsigned flags; int priority;), out, flags,
		      priority);
	CT_FAKE_LEAVE(create(out, ct_fake_current(), flags, priority));
}

CT_FAKE_EXPORT CUresult cuGreenCtxStreamCreate(CUstream *out, CUgreenCtx green,
					       unsigned flags, int priority)
{
	CT_FAKE_ENTER(cuGreenCtxStreamCreate,
		      (CUstream * out; CUgreenCtx green; unsigned flags; int priority;),
		      out, green, flags, priority);
	if (flags != CU_STREAM_NON_BLOCKING)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	CT_FAKE_LEAVE(create(out, (CUcontext)green, flags, priority));
}

CT_FAKE_EXPORT CUresult cuStreamDestroy_v2(CUstream handle)
{
	struct ct_fake_resource dies = { .event = CT_FAKE_STREAM_DESTROYED,
					 .stream = handle };
	CUstream stream;

	CT_FAKE_ENTER(cuStreamDestroy_v2, (CUstream handle;), handle);
	ct_fake_lock();
	stream = handle > PER_THREAD ? ct_fake_stream(handle, false) : NULL;
	ct_fake_unlock();
	if (!stream)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_HANDLE);
	dies.context = stream->context;
	ct_fake_tell_resource(&dies);
	ct_fake_lock();
	stream->is_dead = true;
	ct_fake_unlock();
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

/* All streams that were captured into GRAPH are free again.  With the lock. */
void ct_fake_end_capture(CUgraph graph)
{
	for (CUstream s = streams; s; s = s->next) {
		if (s->capture == graph) {
			s->capture = NULL;
			s->is_origin = false;
			s->n_deps = 0;
		}
	}
}

/* What a call that only looks at a stream wants of it. */
struct look {
	uint32_t id;
	int priority;
	unsigned flags;
	CUcontext context;
	int64_t end_ns;
	bool is_capturing;
};

static CUresult look_at(CUstream handle, bool per_thread, struct look *look)
{
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	if (stream) {
		*look = (struct look){ .id = stream->id,
				       .priority = stream->priority,
				       .flags = stream->flags,
				       .context = stream->context,
				       .end_ns = stream->end_ns,
				       .is_capturing = stream->capture != NULL };
		if (stream->is_null && stream->context->blocking_end_ns > look->end_ns)
			look->end_ns = stream->context->blocking_end_ns;
	}
	ct_fake_unlock();
	return stream ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

static CUresult get_priority(CUstream handle, bool per_thread, int *priority)
{
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (!result)
		*priority = look.priority;
	return result;
}

static CUresult get_flags(CUstream handle, bool per_thread, unsigned *flags)
{
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (!result)
		*flags = look.flags;
	return result;
}

static CUresult get_context(CUstream handle, bool per_thread, CUcontext *context)
{
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (!result)
		*context = look.context;
	return result;
}

static CUresult get_id(CUstream handle, bool per_thread, unsigned long long *id)
{
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (!result)
		*id = look.id;
	return result;
}

static CUresult query(CUstream handle, bool per_thread)
{
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (result)
		return result;
	if (look.is_capturing)
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	return look.end_ns <= ct_fake_now_ns() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

static CUresult synchronize(CUstream handle, bool per_thread, uint32_t correlation)
{
	struct ct_fake_activity sync = { .kind = CT_FAKE_SYNC,
					 .type = CT_FAKE_SYNC_STREAM,
					 .correlation = correlation,
					 .event = CT_FAKE_NONE };
	struct look look;
	CUresult result = look_at(handle, per_thread, &look);

	if (result)
		return result;
	if (look.is_capturing)
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	sync.start_ns = ct_fake_now_ns();
	ct_fake_sleep_until(look.end_ns);
	sync.end_ns = ct_fake_now_ns();
	sync.context = look.context->id;
	sync.device = look.context->device;
	sync.stream = look.id;
	ct_fake_tell(&sync);
	return CUDA_SUCCESS;
}

#define STREAM_CALLS(suffix, per_thread)                                                   \
	CT_FAKE_EXPORT CUresult cuStreamGetPriority##suffix(CUstream s, int *priority)     \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamGetPriority##suffix,                                       \
			{                                                                  \
				CUstream s;                                                \
				int *priority;                                             \
			},                                                                 \
			s, priority);                                                      \
		CT_FAKE_LEAVE(get_priority(s, per_thread, priority));                      \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamGetFlags##suffix(CUstream s, unsigned *flags)      \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamGetFlags##suffix,                                          \
			{                                                                  \
				CUstream s;                                                \
				unsigned *flags;                                           \
			},                                                                 \
			s, flags);                                                         \
		CT_FAKE_LEAVE(get_flags(s, per_thread, flags));                            \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamGetCtx##suffix(CUstream s, CUcontext *context)     \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamGetCtx##suffix,                                            \
			{                                                                  \
				CUstream s;                                                \
				CUcontext *context;                                        \
			},                                                                 \
			s, context);                                                       \
		CT_FAKE_LEAVE(get_context(s, per_thread, context));                        \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamGetId##suffix(CUstream s, unsigned long long *id)  \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamGetId##suffix,                                             \
			{                                                                  \
				CUstream s;                                                \
				unsigned long long *id;                                    \
			},                                                                 \
			s, id);                                                            \
		CT_FAKE_LEAVE(get_id(s, per_thread, id));                                  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamQuery##suffix(CUstream s)                          \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamQuery##suffix, { CUstream s; }, s);                        \
		CT_FAKE_LEAVE(query(s, per_thread));                                       \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuStreamSynchronize##suffix(CUstream s)                    \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuStreamSynchronize##suffix, { CUstream s; }, s);                  \
		CT_FAKE_LEAVE(synchronize(s, per_thread, CT_FAKE_CORRELATION));            \
	}
STREAM_CALLS(, false)
STREAM_CALLS(_ptsz, true)

CT_FAKE_EXPORT CUresult cuStreamGetGreenCtx(CUstream s, CUgreenCtx *green)
{
	struct look look;
	CUresult result = look_at(s, false, &look);

	if (!result)
		*green = look.context->is_green ? (CUgreenCtx)look.context : NULL;
	return result;
}
