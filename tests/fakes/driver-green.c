/*
 * driver-green - green contexts of the fake driver: fewer SMs.
 *
 * A green context is a context with fewer SMs; the handle of one is the other's.  SMs are
 * given out as on sm_90: in groups of 8 that are scheduled together, or of 2 when a program
 * says it does without.  Groups of two splits overlap, as the real ones do, and cannot be
 * put together.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

struct CUdevResourceDesc_st {
	unsigned n_sms;
	CUdevResourceDesc next;
};

static CUdevResourceDesc descs;

/* Which SMs a resource names is kept, bit by bit, where the real one keeps its secrets. */
static bool sm_is_in(const CUdevResource *resource, unsigned sm)
{
	return resource->_internal_padding[sm / 8] >> sm % 8 & 1;
}

static void add_sm(CUdevResource *resource, unsigned sm)
{
	resource->_internal_padding[sm / 8] |= (unsigned char)(1u << sm % 8);
	resource->sm.smCount++;
}

static void empty_resource(CUdevResource *resource)
{
	memset(resource, 0, sizeof(*resource));
	resource->type = CU_DEV_RESOURCE_TYPE_SM;
	resource->sm.minSmPartitionSize = CT_FAKE_GROUP_SMS;
	resource->sm.smCoscheduledAlignment = CT_FAKE_GROUP_SMS;
}

static CUresult sms_of(CUdevResource *resource, CUdevResourceType type, unsigned n_sms)
{
	if (type != CU_DEV_RESOURCE_TYPE_SM)
		return CUDA_ERROR_INVALID_RESOURCE_TYPE;
	empty_resource(resource);
	for (unsigned sm = 0; sm < n_sms; sm++)
		add_sm(resource, sm);
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDeviceGetDevResource(CUdevice device, CUdevResource *resource,
					       CUdevResourceType type)
{
	if (device < 0 || device >= ct_fake_settings()->n_devices)
		return CUDA_ERROR_INVALID_DEVICE;
	return sms_of(resource, type, (unsigned)ct_fake_settings()->sms);
}

CT_FAKE_EXPORT CUresult cuCtxGetDevResource(CUcontext context, CUdevResource *resource,
					    CUdevResourceType type)
{
	if (!ct_fake_context_is_usable(context))
		return CUDA_ERROR_INVALID_CONTEXT;
	return sms_of(resource, type, context->sms);
}

CT_FAKE_EXPORT CUresult cuGreenCtxGetDevResource(CUgreenCtx green, CUdevResource *resource,
						 CUdevResourceType type)
{
	return cuCtxGetDevResource((CUcontext)green, resource, type);
}

CT_FAKE_EXPORT CUresult cuDevSmResourceSplitByCount(CUdevResource *groups,
						    unsigned *n_groups,
						    const CUdevResource *input,
						    CUdevResource *rest, unsigned flags,
						    unsigned min_sms)
{
	unsigned step = flags & CU_DEV_SM_RESOURCE_SPLIT_IGNORE_SM_COSCHEDULING
				? CT_FAKE_TPC_SMS
				: CT_FAKE_GROUP_SMS;
	unsigned n_each, most, sm = 0;

	if (!n_groups || !input || input->type != CU_DEV_RESOURCE_TYPE_SM)
		return CUDA_ERROR_INVALID_VALUE;
	n_each = min_sms < step ? step : (min_sms + step - 1) / step * step;
	most = input->sm.smCount / n_each;
	if (!most)
		return CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION;
	if (!groups || *n_groups > most)
		*n_groups = most;
	for (unsigned i = 0; groups && i < *n_groups; i++) {
		empty_resource(&groups[i]);
		for (; groups[i].sm.smCount < n_each; sm++) {
			if (sm_is_in(input, sm))
				add_sm(&groups[i], sm);
		}
	}
	if (rest) {
		empty_resource(rest);
		for (; groups && sm < CT_FAKE_MAX_SMS; sm++) {
			if (sm_is_in(input, sm))
				add_sm(rest, sm);
		}
	}
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuDevResourceGenerateDesc(CUdevResourceDesc *out,
						  CUdevResource *resources, unsigned n)
{
	CUdevResource all;
	CUdevResourceDesc desc;

	if (!out || !resources || !n)
		return CUDA_ERROR_INVALID_VALUE;
	empty_resource(&all);
	for (unsigned i = 0; i < n; i++) {
		for (unsigned sm = 0; sm < CT_FAKE_MAX_SMS; sm++) {
			if (!sm_is_in(&resources[i], sm))
				continue;
			if (sm_is_in(&all, sm)) /* groups of different splits overlap */
				return CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION;
			add_sm(&all, sm);
		}
	}
	desc = calloc(1, sizeof(*desc));
	desc->n_sms = all.sm.smCount;
	ct_fake_lock();
	desc->next = descs;
	descs = desc;
	ct_fake_unlock();
	*out = desc;
	return CUDA_SUCCESS;
}

CT_FAKE_EXPORT CUresult cuGreenCtxCreate(CUgreenCtx *out, CUdevResourceDesc desc,
					 CUdevice device, unsigned flags)
{
	CUcontext parent, context;
	CUresult result;

	CT_FAKE_ENTER(cuGreenCtxCreate,
		      (CUgreenCtx * out; CUdevResourceDesc desc; CUdevice device;
		       unsigned flags;),
		      out, desc, device, flags);
	if (!out || !desc || !(flags & CU_GREEN_CTX_DEFAULT_STREAM))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	result = ct_fake_retain(&parent, device, 0);
	if (result)
		CT_FAKE_LEAVE(result);
	ct_fake_lock();
	context = ct_fake_context_new((uint32_t)device, desc->n_sms, parent);
	ct_fake_unlock();
	ct_fake_context_made(context);
	*out = (CUgreenCtx)context;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuGreenCtxDestroy(CUgreenCtx green)
{
	CUcontext context = (CUcontext)green;

	CT_FAKE_ENTER(cuGreenCtxDestroy, (CUgreenCtx green;), green);
	if (!ct_fake_context_is_usable(context) || !context->is_green)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	ct_fake_context_dies(context);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuCtxFromGreenCtx(CUcontext *out, CUgreenCtx green)
{
	CT_FAKE_ENTER(cuCtxFromGreenCtx, (CUcontext * out; CUgreenCtx green;), out, green);
	if (!out || !ct_fake_context_is_usable((CUcontext)green))
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	*out = (CUcontext)green;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}
