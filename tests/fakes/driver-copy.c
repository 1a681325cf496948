/*
 * driver-copy - copies and fills of the fake driver.
 *
 * The bytes move when the call is made; only the times are those of the stream.  Blocking
 * calls return when their work is done, fills when they are queued, as on the real device.
 */
#include <string.h>

#include "tests/fakes/driver.h"

static void *host(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

static bool is_device(uint32_t kind)
{
	return kind == CT_FAKE_DEVICE || kind == CT_FAKE_MANAGED;
}

static uint32_t direction(uint32_t from, uint32_t to)
{
	if (is_device(from))
		return is_device(to) ? CT_FAKE_DTOD : CT_FAKE_DTOH;
	return is_device(to) ? CT_FAKE_HTOD : CT_FAKE_HTOH;
}

static CUresult submit(struct ct_fake_work *work, uint64_t to, uint64_t from,
		       CUstream handle, bool per_thread, const struct ct_fake_call *call)
{
	struct ct_fake_activity *activity = &work->activity;
	int64_t end_ns;
	CUresult result;

	activity->kind = CT_FAKE_COPY;
	work->duration_ns = ct_fake_copy_ns(activity->bytes, activity->copy_kind);
	result = ct_fake_submit(handle, per_thread, work, CU_GRAPH_NODE_TYPE_MEMCPY,
				call->correlation, call->start_ns, &end_ns);
	if (result)
		return result;
	memmove(host(to), host(from), activity->bytes);
	if (!activity->async)
		ct_fake_sleep_until(end_ns);
	return CUDA_SUCCESS;
}

static CUresult copy(uint64_t to, uint64_t from, size_t bytes, CUstream handle,
		     bool per_thread, bool async, const struct ct_fake_call *call)
{
	uint32_t from_kind = ct_fake_memory_kind(from), to_kind = ct_fake_memory_kind(to);
	struct ct_fake_work work = {
		.activity = { .bytes = bytes,
			      .copy_kind = direction(from_kind, to_kind),
			      .from_kind = from_kind,
			      .to_kind = to_kind,
			      .async = async },
	};

	if (!to || !from)
		return CUDA_ERROR_INVALID_VALUE;
	if (!bytes)
		return CUDA_SUCCESS;
	return submit(&work, to, from, handle, per_thread, call);
}

static CUresult copy_peer(uint64_t to, CUcontext to_context, uint64_t from,
			  CUcontext from_context, size_t bytes, CUstream handle,
			  bool per_thread, const struct ct_fake_call *call)
{
	struct ct_fake_work work = {
		.activity = { .bytes = bytes,
			      .copy_kind = CT_FAKE_PTOP,
			      .from_kind = CT_FAKE_DEVICE,
			      .to_kind = CT_FAKE_DEVICE,
			      .async = 1 },
	};

	if (!to || !from || !to_context || !from_context)
		return CUDA_ERROR_INVALID_VALUE;
	work.activity.from_device = from_context->device;
	work.activity.to_device = to_context->device;
	if (from_context->device == to_context->device)
		work.activity.copy_kind = CT_FAKE_DTOD;
	return submit(&work, to, from, handle, per_thread, call);
}

CT_FAKE_EXPORT CUresult cuMemcpy(CUdeviceptr to, CUdeviceptr from, size_t bytes)
{
	CT_FAKE_ENTER(cuMemcpy, (CUdeviceptr to; CUdeviceptr from; size_t bytes;), to, from,
		      bytes);
	CT_FAKE_LEAVE(copy(to, from, bytes, NULL, false, false, &ct_fake_this));
}

CT_FAKE_EXPORT CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes)
{
	CT_FAKE_ENTER(cuMemcpyHtoD_v2, (CUdeviceptr to; const void *from; size_t bytes;),
		      to, from, bytes);
	CT_FAKE_LEAVE(copy(to, (uint64_t)(uintptr_t)from, bytes, NULL, false, false,
			   &ct_fake_this));
}

CT_FAKE_EXPORT CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes)
{
	CT_FAKE_ENTER(cuMemcpyDtoH_v2, (void *to; CUdeviceptr from; size_t bytes;), to,
		      from, bytes);
	CT_FAKE_LEAVE(copy((uint64_t)(uintptr_t)to, from, bytes, NULL, false, false,
			   &ct_fake_this));
}

/* Within the device nobody waits for it. */
CT_FAKE_EXPORT CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes)
{
	CT_FAKE_ENTER(cuMemcpyDtoD_v2, (CUdeviceptr to; CUdeviceptr from; size_t bytes;),
		      to, from, bytes);
	CT_FAKE_LEAVE(copy(to, from, bytes, NULL, false, true, &ct_fake_this));
}

static CUresult fill(uint64_t to, unsigned value, unsigned width, size_t n, CUstream handle,
		     bool per_thread, bool async, const struct ct_fake_call *call)
{
	struct ct_fake_work work = {
		.activity = { .kind = CT_FAKE_SET,
			      .bytes = n * width,
			      .memory_kind = ct_fake_memory_kind(to),
			      .async = async },
	};
	CUresult result;

	if (!to)
		return CUDA_ERROR_INVALID_VALUE;
	if (!n)
		return CUDA_SUCCESS;
	work.duration_ns = ct_fake_copy_ns(n * width, CT_FAKE_DTOD);
	result = ct_fake_submit(handle, per_thread, &work, CU_GRAPH_NODE_TYPE_MEMSET,
				call->correlation, call->start_ns, NULL);
	if (result)
		return result;
	for (size_t i = 0; i < n; i++)
		memcpy((char *)host(to) + i * width, &value, width);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t n)
{
	CT_FAKE_ENTER(cuMemsetD8_v2, (CUdeviceptr to; unsigned char value; size_t n;), to,
		      value, n);
	CT_FAKE_LEAVE(fill(to, value, 1, n, NULL, false, false, &ct_fake_this));
}

CT_FAKE_EXPORT CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t n)
{
	CT_FAKE_ENTER(cuMemsetD32_v2, (CUdeviceptr to; unsigned value; size_t n;), to,
		      value, n);
	CT_FAKE_LEAVE(fill(to, value, 4, n, NULL, false, false, &ct_fake_this));
}

#define COPY_CALLS(suffix, per_thread)                                                     \
	CT_FAKE_EXPORT CUresult cuMemcpyAsync##suffix(CUdeviceptr to, CUdeviceptr from,    \
						      size_t bytes, CUstream s)            \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuMemcpyAsync##suffix,                                             \
			(CUdeviceptr to; CUdeviceptr from; size_t bytes; CUstream s;), to, \
			from, bytes, s);                                                   \
		CT_FAKE_LEAVE(copy(to, from, bytes, s, per_thread, true, &ct_fake_this));  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemcpyHtoDAsync_v2##suffix(                              \
		CUdeviceptr to, const void *from, size_t bytes, CUstream s)                \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuMemcpyHtoDAsync_v2##suffix,                                      \
			(CUdeviceptr to; const void *from; size_t bytes; CUstream s;), to, \
			from, bytes, s);                                                   \
		CT_FAKE_LEAVE(copy(to, (uint64_t)(uintptr_t)from, bytes, s, per_thread,    \
				   true, &ct_fake_this));                                  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemcpyDtoHAsync_v2##suffix(void *to, CUdeviceptr from,   \
							     size_t bytes, CUstream s)     \
	{                                                                                  \
		CT_FAKE_ENTER(cuMemcpyDtoHAsync_v2##suffix,                                \
			      (void *to; CUdeviceptr from; size_t bytes; CUstream s;), to, \
			      from, bytes, s);                                             \
		CT_FAKE_LEAVE(copy((uint64_t)(uintptr_t)to, from, bytes, s, per_thread,    \
				   true, &ct_fake_this));                                  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemcpyDtoDAsync_v2##suffix(                              \
		CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream s)                \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuMemcpyDtoDAsync_v2##suffix,                                      \
			(CUdeviceptr to; CUdeviceptr from; size_t bytes; CUstream s;), to, \
			from, bytes, s);                                                   \
		CT_FAKE_LEAVE(copy(to, from, bytes, s, per_thread, true, &ct_fake_this));  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemsetD8Async##suffix(                                   \
		CUdeviceptr to, unsigned char value, size_t n, CUstream s)                 \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuMemsetD8Async##suffix,                                           \
			(CUdeviceptr to; unsigned char value; size_t n; CUstream s;), to,  \
			value, n, s);                                                      \
		CT_FAKE_LEAVE(fill(to, value, 1, n, s, per_thread, true, &ct_fake_this));  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemsetD32Async##suffix(CUdeviceptr to, unsigned value,   \
							 size_t n, CUstream s)             \
	{                                                                                  \
		CT_FAKE_ENTER(cuMemsetD32Async##suffix,                                    \
			      (CUdeviceptr to; unsigned value; size_t n; CUstream s;), to, \
			      value, n, s);                                                \
		CT_FAKE_LEAVE(fill(to, value, 4, n, s, per_thread, true, &ct_fake_this));  \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemcpyPeerAsync##suffix(                                 \
		CUdeviceptr to, CUcontext to_context, CUdeviceptr from,                    \
		CUcontext from_context, size_t bytes, CUstream s)                          \
	{                                                                                  \
		CT_FAKE_ENTER(cuMemcpyPeerAsync##suffix,                                   \
			      (CUdeviceptr to; CUcontext to_context; CUdeviceptr from;     \
			       CUcontext from_context; size_t bytes; CUstream s;),         \
			      to, to_context, from, from_context, bytes, s);               \
		CT_FAKE_LEAVE(copy_peer(to, to_context, from, from_context, bytes, s,      \
					per_thread, &ct_fake_this));                       \
	}
COPY_CALLS(, false)
COPY_CALLS(_ptsz, true)
