/*
 * driver-launch - modules, functions and kernel launches of the fake driver.
 *
 * A module holds every function that is asked of it; what a kernel does is in its name
 * (device-time.c).
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/driver.h"

#define REGISTERS   32
#define STATIC_SMEM 1024

static CUmodule modules;
static CUfunction functions;
static uint32_t n_modules;

static CUmodule module_new(const void *image)
{
	struct ct_fake_resource loaded = { .event = CT_FAKE_MODULE_LOADED,
					   .context = ct_fake_current(),
					   .image = image };
	CUmodule module = calloc(1, sizeof(*module));

	ct_fake_lock();
	module->id = ++n_modules;
	module->next = modules;
	modules = module;
	ct_fake_unlock();
	loaded.module = module->id;
	loaded.image_bytes = image ? 16 : 0;
	ct_fake_tell_resource(&loaded);
	return module;
}

/* A function of one name in one module is always the same. */
static CUfunction function_of(CUmodule module, const char *name)
{
	CUfunction f;

	ct_fake_lock();
	for (f = functions; f; f = f->next) {
		if (f->module == module && !strcmp(f->name, name))
			break;
	}
	if (!f) {
		f = calloc(1, sizeof(*f));
		f->name = strdup(name);
		f->module = module;
		f->next = functions;
		functions = f;
	}
	ct_fake_unlock();
	return f;
}

CT_FAKE_EXPORT CUresult cuModuleLoadData(CUmodule *out, const void *image)
{
	CT_FAKE_ENTER(cuModuleLoadData, (CUmodule * out; const void *image;), out, image);
	if (!ct_fake_current())
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_CONTEXT);
	*out = module_new(image);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuModuleUnload(CUmodule module)
{
	struct ct_fake_resource unloaded = { .event = CT_FAKE_MODULE_UNLOADED,
					     .context = ct_fake_current(),
					     .module = module ? module->id : 0 };

	CT_FAKE_ENTER(cuModuleUnload, (CUmodule module;), module);
	ct_fake_tell_resource(&unloaded);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuModuleGetFunction(CUfunction *out, CUmodule module,
					    const char *name)
{
	CT_FAKE_ENTER(cuModuleGetFunction,
		      (CUfunction * out; CUmodule module; const char *name;), out, module,
		      name);
	if (!out || !module || !name)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	*out = function_of(module, name);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuLibraryLoadData(CUlibrary *out, const void *code,
					  CUjit_option *jit_options, void **jit_values,
					  unsigned n_jit, CUlibraryOption *options,
					  void **values, unsigned n)
{
	CT_FAKE_ENTER(cuLibraryLoadData, (CUlibrary * out; const void *code;), out, code);
	*out = (CUlibrary)module_new(code);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuLibraryUnload(CUlibrary library)
{
	CT_FAKE_ENTER(cuLibraryUnload, (CUlibrary library;), library);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuLibraryGetKernel(CUkernel *out, CUlibrary library,
					   const char *name)
{
	CT_FAKE_ENTER(cuLibraryGetKernel,
		      (CUkernel * out; CUlibrary library; const char *name;), out, library,
		      name);
	if (!out || !library || !name)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	*out = (CUkernel)function_of((CUmodule)library, name);
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuKernelGetFunction(CUfunction *out, CUkernel kernel)
{
	CT_FAKE_ENTER(cuKernelGetFunction, (CUfunction * out; CUkernel kernel;), out,
		      kernel);
	*out = (CUfunction)kernel;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuFuncGetName(const char **name, CUfunction function)
{
	CT_FAKE_ENTER(cuFuncGetName, (const char **name; CUfunction function;), name,
		      function);
	if (!function)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_VALUE);
	*name = function->name;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute,
					   CUfunction function)
{
	CT_FAKE_ENTER(cuFuncGetAttribute,
		      (int *value; CUfunction_attribute attribute; CUfunction function;),
		      value, attribute, function);
	if (!function)
		CT_FAKE_LEAVE(CUDA_ERROR_INVALID_HANDLE);
	*value = attribute == CU_FUNC_ATTRIBUTE_NUM_REGS ? REGISTERS : 0;
	CT_FAKE_LEAVE(CUDA_SUCCESS);
}

CT_FAKE_EXPORT CUresult cuFuncSetAttribute(CUfunction function,
					   CUfunction_attribute attribute, int value)
{
	CT_FAKE_ENTER(cuFuncSetAttribute,
		      (CUfunction function; CUfunction_attribute attribute; int value;),
		      function, attribute, value);
	CT_FAKE_LEAVE(function ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE);
}

CUresult ct_fake_kernel(struct ct_fake_work *work, CUfunction function,
			const unsigned *grid, const unsigned *block, unsigned smem)
{
	struct ct_fake_activity *activity = &work->activity;

	if (!function)
		return CUDA_ERROR_INVALID_HANDLE;
	for (int i = 0; i < 3; i++) {
		if (!grid[i] || !block[i])
			return CUDA_ERROR_INVALID_VALUE;
		activity->grid[i] = grid[i];
		activity->block[i] = block[i];
	}
	if ((uint64_t)block[0] * block[1] * block[2] > 1024)
		return CUDA_ERROR_INVALID_VALUE;
	activity->kind = CT_FAKE_KERNEL;
	activity->name = function->name;
	activity->dynamic_smem = smem;
	activity->static_smem = STATIC_SMEM;
	activity->registers = REGISTERS;
	return CUDA_SUCCESS;
}

static CUresult launch(const CUlaunchConfig *config, CUfunction function, bool per_thread,
		       const struct ct_fake_call *call)
{
	struct ct_fake_work work = { .duration_ns = 0 };
	struct ct_fake_activity *activity = &work.activity;
	CUresult result = ct_fake_kernel(&work, function, &config->gridDimX,
					 &config->blockDimX, config->sharedMemBytes);

	if (result)
		return result;
	for (unsigned i = 0; i < config->numAttrs; i++) {
		const CUlaunchAttributeValue *value = &config->attrs[i].value;

		switch (config->attrs[i].id) {
		case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
			activity->cooperative = value->cooperative != 0;
			break;
		case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
			activity->cluster[0] = value->clusterDim.x;
			activity->cluster[1] = value->clusterDim.y;
			activity->cluster[2] = value->clusterDim.z;
			break;
		case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
			activity->programmatic =
				value->programmaticStreamSerializationAllowed != 0;
			break;
		default:
			break;
		}
	}
	return ct_fake_submit(config->hStream, per_thread, &work, CU_GRAPH_NODE_TYPE_KERNEL,
			      call->correlation, call->start_ns, NULL);
}

#define SHAPE                                                                              \
	unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,      \
		unsigned smem, CUstream s
#define SHAPE_FIELDS                                                                       \
	CUfunction f;                                                                      \
	unsigned gx, gy, gz, bx, by, bz, smem;                                             \
	CUstream s;                                                                        \
	void **params;
#define CONFIG                                                                             \
	{                                                                                  \
		gx, gy, gz, bx, by, bz, smem, s, NULL, 0                                   \
	}

#define LAUNCH_CALLS(suffix, per_thread)                                                   \
	CT_FAKE_EXPORT CUresult cuLaunchKernel##suffix(CUfunction f, SHAPE, void **params, \
						       void **extra)                       \
	{                                                                                  \
		CUlaunchConfig config = CONFIG;                                            \
                                                                                           \
		CT_FAKE_ENTER(cuLaunchKernel##suffix, (SHAPE_FIELDS void **extra;), f, gx, \
			      gy, gz, bx, by, bz, smem, s, params, extra);                 \
		CT_FAKE_LEAVE(launch(&config, f, per_thread, &ct_fake_this));              \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuLaunchCooperativeKernel##suffix(CUfunction f, SHAPE,     \
								  void **params)           \
	{                                                                                  \
		CUlaunchAttribute cooperative = { .id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE,   \
						  .value.cooperative = 1 };                \
		CUlaunchConfig config = CONFIG;                                            \
                                                                                           \
		CT_FAKE_ENTER(cuLaunchCooperativeKernel##suffix, (SHAPE_FIELDS), f, gx,    \
			      gy, gz, bx, by, bz, smem, s, params);                        \
		config.attrs = &cooperative;                                               \
		config.numAttrs = 1;                                                       \
		CT_FAKE_LEAVE(launch(&config, f, per_thread, &ct_fake_this));              \
	}                                                                                  \
	CT_FAKE_EXPORT CUresult cuLaunchKernelEx##suffix(                                  \
		const CUlaunchConfig *config, CUfunction f, void **params, void **extra)   \
	{                                                                                  \
		CT_FAKE_ENTER(cuLaunchKernelEx##suffix,                                    \
			      (const CUlaunchConfig *config; CUfunction f;                 \
			       void **params, **extra;),                                   \
			      config, f, params, extra);                                   \
		CT_FAKE_LEAVE(launch(config, f, per_thread, &ct_fake_this));               \
	}
LAUNCH_CALLS(, false)
LAUNCH_CALLS(_ptsz, true)
