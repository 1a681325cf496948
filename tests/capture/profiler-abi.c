/*
 * profiler-abi - what the library of counters declares of CUPTI and the driver is what
 * their headers say.
 *
 * Checked by the compiler; the program itself only says that it was.
 */
#include <cuda.h>
#include <cupti.h>
#include <cupti_profiler_host.h>
#include <cupti_profiler_target.h>
#include <cupti_range_profiler.h>
#include <cupti_target.h>
#include <stdio.h>

#include "capture/counters/profiler-abi.h"

#define SAME_FIELD(ours, mine, theirs, field)                                              \
	_Static_assert(offsetof(struct ours, mine) == offsetof(theirs, field), #theirs);   \
	_Static_assert(sizeof(((struct ours *)0)->mine) == sizeof(((theirs *)0)->field),   \
		       #theirs " " #field)
#define SAME_PARAMS(ours, mine, theirs, field)                                             \
	_Static_assert(CT_PARAMS_BYTES(ours, mine) == theirs##_STRUCT_SIZE, #theirs);      \
	_Static_assert(offsetof(struct ours, size) == offsetof(theirs, structSize) &&      \
			       offsetof(struct ours, priv) == offsetof(theirs, pPriv),     \
		       #theirs);                                                           \
	SAME_FIELD(ours, mine, theirs, field)
#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #theirs)

SAME_PARAMS(ct_profiler_simple, priv, CUpti_Profiler_Initialize_Params, pPriv);

SAME_PARAMS(ct_profiler_supported, api, CUpti_Profiler_DeviceSupported_Params, api);
SAME_FIELD(ct_profiler_supported, device, CUpti_Profiler_DeviceSupported_Params, cuDevice);
SAME_FIELD(ct_profiler_supported, supported, CUpti_Profiler_DeviceSupported_Params,
	   isSupported);
SAME_FIELD(ct_profiler_supported, sli, CUpti_Profiler_DeviceSupported_Params, sli);
SAME_FIELD(ct_profiler_supported, vgpu, CUpti_Profiler_DeviceSupported_Params, vGpu);
SAME_FIELD(ct_profiler_supported, confidential, CUpti_Profiler_DeviceSupported_Params,
	   confidentialCompute);
SAME(CT_SUPPORT_DISABLED, CUPTI_PROFILER_CONFIGURATION_DISABLED);
SAME(CT_SUPPORT_FULL, CUPTI_PROFILER_CONFIGURATION_SUPPORTED);

SAME_PARAMS(ct_profiler_availability, image, CUpti_Profiler_GetCounterAvailability_Params,
	    pCounterAvailabilityImage);
SAME_FIELD(ct_profiler_availability, context, CUpti_Profiler_GetCounterAvailability_Params,
	   ctx);
SAME_FIELD(ct_profiler_availability, bytes, CUpti_Profiler_GetCounterAvailability_Params,
	   counterAvailabilityImageSize);

SAME_PARAMS(ct_chip_name, name, CUpti_Device_GetChipName_Params, pChipName);
SAME_FIELD(ct_chip_name, device, CUpti_Device_GetChipName_Params, deviceIndex);

SAME_PARAMS(ct_host_initialize, host, CUpti_Profiler_Host_Initialize_Params, pHostObject);
SAME_FIELD(ct_host_initialize, type, CUpti_Profiler_Host_Initialize_Params, profilerType);
SAME_FIELD(ct_host_initialize, chip, CUpti_Profiler_Host_Initialize_Params, pChipName);
SAME_FIELD(ct_host_initialize, availability, CUpti_Profiler_Host_Initialize_Params,
	   pCounterAvailabilityImage);
SAME(CT_HOST_RANGE_PROFILER, CUPTI_PROFILER_TYPE_RANGE_PROFILER);

SAME_PARAMS(ct_host_deinitialize, host, CUpti_Profiler_Host_Deinitialize_Params,
	    pHostObject);

SAME_PARAMS(ct_host_add_metrics, n, CUpti_Profiler_Host_ConfigAddMetrics_Params,
	    numMetrics);
SAME_FIELD(ct_host_add_metrics, host, CUpti_Profiler_Host_ConfigAddMetrics_Params,
	   pHostObject);
SAME_FIELD(ct_host_add_metrics, names, CUpti_Profiler_Host_ConfigAddMetrics_Params,
	   ppMetricNames);

SAME_PARAMS(ct_host_image_size, bytes, CUpti_Profiler_Host_GetConfigImageSize_Params,
	    configImageSize);
SAME_FIELD(ct_host_image_size, host, CUpti_Profiler_Host_GetConfigImageSize_Params,
	   pHostObject);

SAME_PARAMS(ct_host_image, image, CUpti_Profiler_Host_GetConfigImage_Params, pConfigImage);
SAME_FIELD(ct_host_image, host, CUpti_Profiler_Host_GetConfigImage_Params, pHostObject);
SAME_FIELD(ct_host_image, bytes, CUpti_Profiler_Host_GetConfigImage_Params,
	   configImageSize);

SAME_PARAMS(ct_host_passes, n, CUpti_Profiler_Host_GetNumOfPasses_Params, numOfPasses);
SAME_FIELD(ct_host_passes, bytes, CUpti_Profiler_Host_GetNumOfPasses_Params,
	   configImageSize);
SAME_FIELD(ct_host_passes, image, CUpti_Profiler_Host_GetNumOfPasses_Params, pConfigImage);

SAME_PARAMS(ct_host_evaluate, values, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	    pMetricValues);
SAME_FIELD(ct_host_evaluate, host, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	   pHostObject);
SAME_FIELD(ct_host_evaluate, data, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	   pCounterDataImage);
SAME_FIELD(ct_host_evaluate, bytes, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	   counterDataImageSize);
SAME_FIELD(ct_host_evaluate, range, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	   rangeIndex);
SAME_FIELD(ct_host_evaluate, names, CUpti_Profiler_Host_EvaluateToGpuValues_Params,
	   ppMetricNames);
SAME_FIELD(ct_host_evaluate, n, CUpti_Profiler_Host_EvaluateToGpuValues_Params, numMetrics);

SAME_PARAMS(ct_range_config, target_level, CUpti_RangeProfiler_SetConfig_Params,
	    targetNestingLevel);
SAME_FIELD(ct_range_config, profiler, CUpti_RangeProfiler_SetConfig_Params,
	   pRangeProfilerObject);
SAME_FIELD(ct_range_config, config_bytes, CUpti_RangeProfiler_SetConfig_Params, configSize);
SAME_FIELD(ct_range_config, config, CUpti_RangeProfiler_SetConfig_Params, pConfig);
SAME_FIELD(ct_range_config, data_bytes, CUpti_RangeProfiler_SetConfig_Params,
	   counterDataImageSize);
SAME_FIELD(ct_range_config, data, CUpti_RangeProfiler_SetConfig_Params, pCounterDataImage);
SAME_FIELD(ct_range_config, range, CUpti_RangeProfiler_SetConfig_Params, range);
SAME_FIELD(ct_range_config, replay, CUpti_RangeProfiler_SetConfig_Params, replayMode);
SAME_FIELD(ct_range_config, max_ranges, CUpti_RangeProfiler_SetConfig_Params,
	   maxRangesPerPass);
SAME_FIELD(ct_range_config, n_levels, CUpti_RangeProfiler_SetConfig_Params,
	   numNestingLevels);
SAME_FIELD(ct_range_config, min_level, CUpti_RangeProfiler_SetConfig_Params,
	   minNestingLevel);
SAME_FIELD(ct_range_config, pass, CUpti_RangeProfiler_SetConfig_Params, passIndex);
SAME(CT_RANGE_USER, CUPTI_UserRange);
SAME(CT_REPLAY_USER, CUPTI_UserReplay);

SAME_PARAMS(ct_range_enable, profiler, CUpti_RangeProfiler_Enable_Params,
	    pRangeProfilerObject);
SAME_FIELD(ct_range_enable, context, CUpti_RangeProfiler_Enable_Params, ctx);
SAME_PARAMS(ct_range_simple, profiler, CUpti_RangeProfiler_Disable_Params,
	    pRangeProfilerObject);
SAME_PARAMS(ct_range_simple, profiler, CUpti_RangeProfiler_Start_Params,
	    pRangeProfilerObject);
SAME_PARAMS(ct_range_simple, profiler, CUpti_RangeProfiler_PopRange_Params,
	    pRangeProfilerObject);
SAME_PARAMS(ct_range_stop, all_submitted, CUpti_RangeProfiler_Stop_Params,
	    isAllPassSubmitted);
SAME_FIELD(ct_range_stop, profiler, CUpti_RangeProfiler_Stop_Params, pRangeProfilerObject);
SAME_PARAMS(ct_range_push, name, CUpti_RangeProfiler_PushRange_Params, pRangeName);
SAME_FIELD(ct_range_push, profiler, CUpti_RangeProfiler_PushRange_Params,
	   pRangeProfilerObject);
SAME_PARAMS(ct_range_decode, n_dropped, CUpti_RangeProfiler_DecodeData_Params,
	    numOfRangeDropped);
SAME_FIELD(ct_range_decode, profiler, CUpti_RangeProfiler_DecodeData_Params,
	   pRangeProfilerObject);

SAME_PARAMS(ct_range_data_size, bytes, CUpti_RangeProfiler_GetCounterDataSize_Params,
	    counterDataSize);
SAME_FIELD(ct_range_data_size, profiler, CUpti_RangeProfiler_GetCounterDataSize_Params,
	   pRangeProfilerObject);
SAME_FIELD(ct_range_data_size, names, CUpti_RangeProfiler_GetCounterDataSize_Params,
	   pMetricNames);
SAME_FIELD(ct_range_data_size, n, CUpti_RangeProfiler_GetCounterDataSize_Params,
	   numMetrics);
SAME_FIELD(ct_range_data_size, max_ranges, CUpti_RangeProfiler_GetCounterDataSize_Params,
	   maxNumOfRanges);
SAME_FIELD(ct_range_data_size, max_nodes, CUpti_RangeProfiler_GetCounterDataSize_Params,
	   maxNumRangeTreeNodes);

SAME_PARAMS(ct_range_data_begin, data,
	    CUpti_RangeProfiler_CounterDataImage_Initialize_Params, pCounterData);
SAME_FIELD(ct_range_data_begin, bytes,
	   CUpti_RangeProfiler_CounterDataImage_Initialize_Params, counterDataSize);
SAME_PARAMS(ct_range_data_info, n, CUpti_RangeProfiler_GetCounterDataInfo_Params,
	    numTotalRanges);
SAME_FIELD(ct_range_data_info, data, CUpti_RangeProfiler_GetCounterDataInfo_Params,
	   pCounterDataImage);
SAME_FIELD(ct_range_data_info, bytes, CUpti_RangeProfiler_GetCounterDataInfo_Params,
	   counterDataImageSize);
SAME_PARAMS(ct_range_info, name, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params,
	    rangeName);
SAME_FIELD(ct_range_info, data, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params,
	   pCounterDataImage);
SAME_FIELD(ct_range_info, bytes, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params,
	   counterDataImageSize);
SAME_FIELD(ct_range_info, range, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params,
	   rangeIndex);
SAME_FIELD(ct_range_info, delimiter, CUpti_RangeProfiler_CounterData_GetRangeInfo_Params,
	   rangeDelimiter);

SAME(CT_CUPTI_INVALID_OPERATION, CUPTI_ERROR_INVALID_OPERATION);
SAME(CT_CUPTI_NOT_SUPPORTED, CUPTI_ERROR_NOT_SUPPORTED);
SAME(CT_CUPTI_VIRTUALIZED, CUPTI_ERROR_VIRTUALIZED_DEVICE_NOT_SUPPORTED);
SAME(CT_CUPTI_INSUFFICIENT_PRIVILEGES, CUPTI_ERROR_INSUFFICIENT_PRIVILEGES);
SAME(CT_CUPTI_MULTIPLE_SUBSCRIBERS, CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED);
SAME(CT_CUPTI_VIRTUALIZED_PRIVILEGES,
     CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES);
SAME(CT_CUPTI_CONFIDENTIAL, CUPTI_ERROR_CONFIDENTIAL_COMPUTING_NOT_SUPPORTED);
SAME(CT_CUPTI_CMP, CUPTI_ERROR_CMP_DEVICE_NOT_SUPPORTED);
SAME(CT_CUPTI_MIG, CUPTI_ERROR_MIG_DEVICE_NOT_SUPPORTED);
SAME(CT_CUPTI_SLI, CUPTI_ERROR_SLI_DEVICE_NOT_SUPPORTED);
SAME(CT_CUPTI_WSL, CUPTI_ERROR_WSL_DEVICE_NOT_SUPPORTED);

SAME(CT_DOMAIN_DRIVER, CUPTI_CB_DOMAIN_DRIVER_API);
SAME(CT_DOMAIN_RESOURCE, CUPTI_CB_DOMAIN_RESOURCE);
SAME(CT_SITE_ENTER, CUPTI_API_ENTER);
SAME(CT_SITE_EXIT, CUPTI_API_EXIT);
SAME(CT_RESOURCE_CONTEXT_DESTROY, CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING);
SAME(CT_CALL_LAUNCH, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel);
SAME(CT_CALL_LAUNCH_PTSZ, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel_ptsz);
SAME(CT_CALL_COOPERATIVE, CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel);
SAME(CT_CALL_COOPERATIVE_PTSZ, CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel_ptsz);
SAME(CT_CALL_GRAPH, CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch);
SAME(CT_CALL_GRAPH_PTSZ, CUPTI_DRIVER_TRACE_CBID_cuGraphLaunch_ptsz);
SAME(CT_CALL_LAUNCH_EX, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx);
SAME(CT_CALL_LAUNCH_EX_PTSZ, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx_ptsz);
SAME(CT_ATTRIBUTE_CLUSTER, CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION);

SAME_FIELD(ct_call_data, site, CUpti_CallbackData, callbackSite);
SAME_FIELD(ct_call_data, function, CUpti_CallbackData, functionName);
SAME_FIELD(ct_call_data, params, CUpti_CallbackData, functionParams);
SAME_FIELD(ct_call_data, result, CUpti_CallbackData, functionReturnValue);
SAME_FIELD(ct_call_data, symbol, CUpti_CallbackData, symbolName);
SAME_FIELD(ct_call_data, context, CUpti_CallbackData, context);
SAME_FIELD(ct_call_data, between, CUpti_CallbackData, correlationData);
SAME_FIELD(ct_resource_data, context, CUpti_ResourceData, context);

SAME_FIELD(ct_launch_params, function, cuLaunchKernel_params, f);
SAME_FIELD(ct_launch_params, smem, cuLaunchKernel_params, sharedMemBytes);
SAME_FIELD(ct_launch_params, stream, cuLaunchKernel_params, hStream);
SAME_FIELD(ct_launch_params, smem, cuLaunchCooperativeKernel_params, sharedMemBytes);
SAME_FIELD(ct_launch_params, stream, cuLaunchCooperativeKernel_params, hStream);
_Static_assert(offsetof(struct ct_launch_params, grid) ==
			       offsetof(cuLaunchKernel_params, gridDimX) &&
		       offsetof(struct ct_launch_params, block) ==
			       offsetof(cuLaunchKernel_params, blockDimX),
	       "grid and block");
SAME_FIELD(ct_launch_ex_params, config, cuLaunchKernelEx_params, config);
SAME_FIELD(ct_launch_config, smem, CUlaunchConfig, sharedMemBytes);
SAME_FIELD(ct_launch_config, stream, CUlaunchConfig, hStream);
SAME_FIELD(ct_launch_config, attributes, CUlaunchConfig, attrs);
SAME_FIELD(ct_launch_config, n_attributes, CUlaunchConfig, numAttrs);
SAME_FIELD(ct_launch_attribute, id, CUlaunchAttribute, id);
SAME_FIELD(ct_launch_attribute, value, CUlaunchAttribute, value);
_Static_assert(sizeof(struct ct_launch_attribute) == sizeof(CUlaunchAttribute),
	       "attribute");
SAME_FIELD(ct_graph_params, stream, cuGraphLaunch_params, hStream);

int main(void)
{
	printf("the same as in the headers\n");
	return 0;
}
