/*
 * driver-memory - memory of the fake device: allocated, mapped and freed.
 *
 * Device memory is the host's, so that copies really copy.  It is reserved and not touched:
 * a program may have all it could have on the real device.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/fakes/driver.h"

struct block {
	uint64_t address, bytes;
	uint32_t kind; /* enum ct_fake_memory_kind; 0: only reserved, or freed */
	struct block *next;
};

struct handle { /* of physical memory */
	size_t bytes;
	struct handle *next;
};

static struct block *blocks;
static struct handle *handles;
static CUmemoryPool pools, default_pools[CT_FAKE_DEVICES];
static uint64_t used_bytes;

/* With the lock. */
static struct block *block_of(uint64_t address)
{
	for (struct block *b = blocks; b; b = b->next) {
		if (b->kind && address >= b->address && address < b->address + b->bytes)
			return b;
	}
	return NULL;
}

uint32_t ct_fake_memory_kind(uint64_t address)
{
	struct block *block;
	uint32_t kind;

	ct_fake_lock();
	block = block_of(address);
	kind = block ? block->kind : CT_FAKE_PAGEABLE;
	ct_fake_unlock();
	return kind;
}

static void *pages(size_t bytes, int protection)
{
	void *at = mmap(NULL, bytes, protection,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static uint64_t add_block(size_t bytes, uint32_t kind)
{
	struct block *block;
	void *at = NULL;

	ct_fake_lock();
	if (bytes && used_bytes + bytes <= CT_FAKE_MEMORY_BYTES)
		at = pages(bytes, PROT_READ | PROT_WRITE);
	if (at) {
		block = calloc(1, sizeof(*block));
		block->address = (uint64_t)(uintptr_t)at;
		block->bytes = bytes;
		block->kind = kind;
		block->next = blocks;
		blocks = block;
		used_bytes += bytes;
	}
	ct_fake_unlock();
	return (uint64_t)(uintptr_t)at;
}

/* Returns the bytes that were there; 0: no such block. */
static uint64_t drop_block(uint64_t address, uint32_t *kind)
{
	uint64_t bytes = 0;
	struct block *block;

	ct_fake_lock();
	block = block_of(address);
	if (block && block->address == address) {
		bytes = block->bytes;
		*kind = block->kind;
		block->kind = 0;
		used_bytes -= bytes;
		munmap((void *)(uintptr_t)address, bytes);
	}
	ct_fake_unlock();
	return bytes;
}

static void tell(uint32_t operation, uint64_t address, uint64_t bytes, uint32_t kind,
		 CUstream stream, uint64_t pool, uint32_t correlation)
{
	CUcontext context = stream ? stream->context : ct_fake_current();
	struct ct_fake_activity activity = { .kind = CT_FAKE_MEMORY,
					     .operation = operation,
					     .address = address,
					     .bytes = bytes,
					     .memory_kind = kind,
					     .async = stream != NULL,
					     .pool = pool,
					     .correlation = correlation };

	activity.device = context ? context->device : 0;
	activity.context = context ? context->id : 0;
	activity.stream = stream ? stream->id : CT_FAKE_NONE;
	activity.start_ns = activity.end_ns = ct_fake_now_ns();
	ct_fake_tell(&activity);
}

static CUresult allocate(uint64_t *out, size_t bytes, uint32_t kind, uint32_t correlation)
{
	if (!out || !bytes)
		return CUDA_ERROR_INVALID_VALUE;
	if (!ct_fake_current())
		return CUDA_ERROR_INVALID_CONTEXT;
	*out = add_block(bytes, kind);
	if (!*out)
		return CUDA_ERROR_OUT_OF_MEMORY;
	tell(1, *out, bytes, kind, NULL, 0, correlation);
	return CUDA_SUCCESS;
}

static CUresult release(uint64_t address, uint32_t correlation)
{
	uint32_t kind = 0;
	uint64_t bytes = drop_block(address, &kind);

	if (!bytes)
		return CUDA_ERROR_INVALID_VALUE;
	tell(2, address, bytes, kind, NULL, 0, correlation);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr *out, size_t bytes)
{
	uint64_t address = 0;
	CUresult result;

	CT_FAKE_ENTER(cuMemAlloc_v2, (CUdeviceptr * out; size_t bytes;), out, bytes);
	result = allocate(&address, bytes, CT_FAKE_DEVICE, CT_FAKE_CORRELATION);
	*out = address;
	CT_FAKE_LEAVE(result);
}

CT_FAKE_EXPORT CUresult cuMemAllocManaged(CUdeviceptr *out, size_t bytes, unsigned flags)
{
	uint64_t address = 0;
	CUresult result;

	CT_FAKE_ENTER(cuMemAllocManaged, (CUdeviceptr * out; size_t bytes; unsigned flags;),
		      out, bytes, flags);
	result = allocate(&address, bytes, CT_FAKE_MANAGED, CT_FAKE_CORRELATION);
	*out = address;
	CT_FAKE_LEAVE(result);
}

CT_FAKE_EXPORT CUresult cuMemAllocHost_v2(void **out, size_t bytes)
{
	uint64_t address = 0;
	CUresult result;

	CT_FAKE_ENTER(cuMemAllocHost_v2, (void **out; size_t bytes;), out, bytes);
	result = allocate(&address, bytes, CT_FAKE_PINNED, CT_FAKE_CORRELATION);
	*out = (void *)(uintptr_t)address;
	CT_FAKE_LEAVE(result);
}

CT_FAKE_EXPORT CUresult cuMemHostAlloc(void **out, size_t bytes, unsigned flags)
{
	uint64_t address = 0;
	CUresult result;

	CT_FAKE_ENTER(cuMemHostAlloc, (void **out; size_t bytes; unsigned flags;), out,
		      bytes, flags);
	result = allocate(&address, bytes, CT_FAKE_PINNED, CT_FAKE_CORRELATION);
	*out = (void *)(uintptr_t)address;
	CT_FAKE_LEAVE(result);
}

/* As the real one, it waits for the device. */
CT_FAKE_EXPORT CUresult cuMemFree_v2(CUdeviceptr address)
{
	CT_FAKE_ENTER(cuMemFree_v2, (CUdeviceptr address;), address);
	if (ct_fake_current())
		ct_fake_wait_for_context(ct_fake_current());
	CT_FAKE_LEAVE(release(address, CT_FAKE_CORRELATION));
}

CT_FAKE_EXPORT CUresult cuMemFreeHost(void *address)
{
	CT_FAKE_ENTER(cuMemFreeHost, (void *address;), address);
	CT_FAKE_LEAVE(release((uint64_t)(uintptr_t)address, CT_FAKE_CORRELATION));
}

CT_FAKE_EXPORT CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total_bytes)
{
	CT_FAKE_ENTER(cuMemGetInfo_v2, (size_t * free_bytes; size_t * total_bytes;),
		      free_bytes, total_bytes);
	ct_fake_lock();
	*free_bytes = CT_FAKE_MEMORY_BYTES - used_bytes;
	*total_bytes = CT_FAKE_MEMORY_BYTES;
	ct_fake_unlock();
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

/* Memory in the order of a stream.  It is there, or gone, at once: nothing looks. */

static CUmemoryPool pool_new(void)
{
	CUmemoryPool pool = calloc(1, sizeof(*pool));

	pool->address = (uint64_t)(uintptr_t)pool;
	pool->next = pools;
	pools = pool;
	return pool;
}

static CUresult pool_of_device(CUmemoryPool *out, uint32_t device)
{
	ct_fake_lock();
	if (!default_pools[device])
		default_pools[device] = pool_new();
	*out = default_pools[device];
	ct_fake_unlock();
	return CUDA_SUCCESS;
}

static CUresult allocate_in(CUdeviceptr *out, size_t bytes, CUmemoryPool pool,
			    CUstream handle, bool per_thread, uint32_t correlation)
{
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	ct_fake_unlock();
	if (!stream)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!out || !bytes)
		return CUDA_ERROR_INVALID_VALUE;
	if (!pool)
		pool_of_device(&pool, stream->context->device);
	*out = add_block(bytes, CT_FAKE_DEVICE);
	if (!*out)
		return CUDA_ERROR_OUT_OF_MEMORY;
	tell(1, *out, bytes, CT_FAKE_DEVICE, stream, pool->address, correlation);
	return CUDA_SUCCESS;
}

static CUresult free_in(CUdeviceptr address, CUstream handle, bool per_thread,
			uint32_t correlation)
{
	CUmemoryPool pool;
	uint32_t kind = 0;
	uint64_t bytes;
	CUstream stream;

	ct_fake_lock();
	stream = ct_fake_stream(handle, per_thread);
	ct_fake_unlock();
	if (!stream)
		return CUDA_ERROR_INVALID_HANDLE;
	bytes = drop_block(address, &kind);
	if (!bytes)
		return CUDA_ERROR_INVALID_VALUE;
	pool_of_device(&pool, stream->context->device);
	tell(2, address, bytes, kind, stream, pool->address, correlation);
	return CUDA_SUCCESS;
}

#define ASYNC_CALLS(suffix, per_thread)                                                    \
	CT_FAKE_EXPORT CUresult cuMemAllocAsync##suffix(CUdeviceptr *out, size_t bytes,    \
							CUstream s)                        \
	{                                                                                  \
		CT_FAKE_ENTER(cuMemAllocAsync##suffix,                                     \
			      (CUdeviceptr * out; size_t bytes; CUstream s;), out, bytes,  \
			      s);                                                          \
		CT_FAKE_LEAVE(allocate_in(out, bytes, NULL, s, per_thread,                 \
					  CT_FAKE_CORRELATION));                           \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemAllocFromPoolAsync##suffix(                           \
		CUdeviceptr *out, size_t bytes, CUmemoryPool pool, CUstream s)             \
	{                                                                                  \
		CT_FAKE_ENTER(                                                             \
			cuMemAllocFromPoolAsync##suffix,                                   \
			(CUdeviceptr * out; size_t bytes; CUmemoryPool pool; CUstream s;), \
			out, bytes, pool, s);                                              \
		CT_FAKE_LEAVE(allocate_in(out, bytes, pool, s, per_thread,                 \
					  CT_FAKE_CORRELATION));                           \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuMemFreeAsync##suffix(CUdeviceptr address, CUstream s)    \
	{                                                                                  \
		CT_FAKE_ENTER(cuMemFreeAsync##suffix, (CUdeviceptr address; CUstream s;),  \
			      address, s);                                                 \
		CT_FAKE_LEAVE(free_in(address, s, per_thread, CT_FAKE_CORRELATION));       \
	}
ASYNC_CALLS(, false)
ASYNC_CALLS(_ptsz, true)

static void tell_pool(CUmemoryPool pool, uint32_t operation, uint32_t correlation)
{
	struct ct_fake_activity activity = { .kind = CT_FAKE_POOL,
					     .operation = operation,
					     .pool = pool->address,
					     .correlation = correlation };

	activity.start_ns = activity.end_ns = ct_fake_now_ns();
	ct_fake_tell(&activity);
}

CT_FAKE_EXPORT CUresult cuMemPoolCreate(CUmemoryPool *out, const CUmemPoolProps *props)
{
	CT_FAKE_ENTER(cuMemPoolCreate, (CUmemoryPool * out; const CUmemPoolProps *props;),
		      out, props);
	if (!out || !props)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	ct_fake_lock();
	*out = pool_new();
	ct_fake_unlock();
	tell_pool(*out, 1, CT_FAKE_CORRELATION);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemPoolDestroy(CUmemoryPool pool)
{
	CT_FAKE_ENTER(cuMemPoolDestroy, (CUmemoryPool pool;), pool);
	tell_pool(pool, 2, CT_FAKE_CORRELATION);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemPoolTrimTo(CUmemoryPool pool, size_t bytes)
{
	CT_FAKE_ENTER(cuMemPoolTrimTo, (CUmemoryPool pool; size_t bytes;), pool, bytes);
	tell_pool(pool, 3, CT_FAKE_CORRELATION);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuDeviceGetDefaultMemPool(CUmemoryPool *out, CUdevice device)
{
	if (device < 0 || device >= ct_fake_settings()->n_devices)
		return CUDA_ERROR_INVALID_DEVICE;
	return pool_of_device(out, (uint32_t)device);
}

/* Addresses and memory behind them, apart. */

CT_FAKE_EXPORT CUresult cuMemAddressReserve(CUdeviceptr *out, size_t bytes,
					    size_t alignment, CUdeviceptr wanted,
					    unsigned long long flags)
{
	void *at;

	CT_FAKE_ENTER(cuMemAddressReserve,
		      (CUdeviceptr * out; size_t bytes; size_t alignment;
		       CUdeviceptr wanted; unsigned long long flags;),
		      out, bytes, alignment, wanted, flags);
	at = out && bytes ? pages(bytes, PROT_NONE) : NULL;
	if (!at)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	*out = (uint64_t)(uintptr_t)at;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemAddressFree(CUdeviceptr address, size_t bytes)
{
	CT_FAKE_ENTER(cuMemAddressFree, (CUdeviceptr address; size_t bytes;), address,
		      bytes);
	munmap((void *)(uintptr_t)address, bytes);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult
cuMemGetAllocationGranularity(size_t *bytes, const CUmemAllocationProp *prop,
			      CUmemAllocationGranularity_flags option)
{
	*bytes = 2u << 20;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuMemCreate(CUmemGenericAllocationHandle *out, size_t bytes,
				    const CUmemAllocationProp *prop,
				    unsigned long long flags)
{
	struct handle *handle;

	CT_FAKE_ENTER(cuMemCreate,
		      (CUmemGenericAllocationHandle * out; size_t bytes;
		       const CUmemAllocationProp *prop; unsigned long long flags;),
		      out, bytes, prop, flags);
	if (!out || !bytes || bytes % (2u << 20))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	handle = calloc(1, sizeof(*handle));
	handle->bytes = bytes;
	ct_fake_lock();
	handle->next = handles;
	handles = handle;
	ct_fake_unlock();
	*out = (uint64_t)(uintptr_t)handle;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemRelease(CUmemGenericAllocationHandle handle)
{
	CT_FAKE_ENTER(cuMemRelease, (CUmemGenericAllocationHandle handle;), handle);
	CT_FAKE_LEAVE(handle ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}

CT_FAKE_EXPORT CUresult cuMemMap(CUdeviceptr address, size_t bytes, size_t offset,
				 CUmemGenericAllocationHandle handle,
				 unsigned long long flags)
{
	CT_FAKE_ENTER(cuMemMap,
		      (CUdeviceptr address; size_t bytes; size_t offset;
		       CUmemGenericAllocationHandle handle; unsigned long long flags;),
		      address, bytes, offset, handle, flags);
	if (!handle || offset || bytes != ((struct handle *)(uintptr_t)handle)->bytes)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemSetAccess(CUdeviceptr address, size_t bytes,
				       const CUmemAccessDesc *access, size_t n)
{
	CT_FAKE_ENTER(cuMemSetAccess,
		      (CUdeviceptr address; size_t bytes; const CUmemAccessDesc *access;
		       size_t n;),
		      address, bytes, access, n);
	if (mprotect((void *)(uintptr_t)address, bytes, PROT_READ | PROT_WRITE))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuMemUnmap(CUdeviceptr address, size_t bytes)
{
	CT_FAKE_ENTER(cuMemUnmap, (CUdeviceptr address; size_t bytes;), address, bytes);
	if (mprotect((void *)(uintptr_t)address, bytes, PROT_NONE))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}
