/*
 * abi - our declarations of CUPTI, compared with NVIDIA's.
 *
 * Compiled only where the toolkit's headers are; everything is asserted while compiling.
 * Every field is compared in every generation of its record that a library we record with
 * may write, so a field that moved between generations would be found.
 */
#include <stddef.h>

#include <cuda.h>
#include <cupti.h>
#include <cupti_activity_deprecated.h>

#include "capture/collector/cupti.h"

#define SIZE(type, member) sizeof(((type *)0)->member)
#define SAME(ours, member, theirs, field)                                                  \
	_Static_assert(offsetof(struct ours, member) == offsetof(theirs, field) &&         \
			       SIZE(struct ours, member) == SIZE(theirs, field),           \
		       #theirs "." #field)
#define NUMBER(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #theirs)
/* We do not know of fields behind our last one, where the headers are those we knew. */
#define LENGTH(ours, theirs)                                                               \
	_Static_assert(CUPTI_API_VERSION > 130001 ||                                       \
			       sizeof(struct ours) == sizeof(theirs),                      \
		       #theirs)

/* Kernels */
LENGTH(ct_cupti_kernel, CUpti_ActivityKernel10);
SAME(ct_cupti_kernel, kind, CUpti_ActivityKernel9, kind);
SAME(ct_cupti_kernel, kind, CUpti_ActivityKernel10, kind);
SAME(ct_cupti_kernel, registers, CUpti_ActivityKernel9, registersPerThread);
SAME(ct_cupti_kernel, registers, CUpti_ActivityKernel10, registersPerThread);
SAME(ct_cupti_kernel, start_ns, CUpti_ActivityKernel9, start);
SAME(ct_cupti_kernel, start_ns, CUpti_ActivityKernel10, start);
SAME(ct_cupti_kernel, end_ns, CUpti_ActivityKernel9, end);
SAME(ct_cupti_kernel, end_ns, CUpti_ActivityKernel10, end);
SAME(ct_cupti_kernel, completed_ns, CUpti_ActivityKernel9, completed);
SAME(ct_cupti_kernel, completed_ns, CUpti_ActivityKernel10, completed);
SAME(ct_cupti_kernel, device, CUpti_ActivityKernel9, deviceId);
SAME(ct_cupti_kernel, device, CUpti_ActivityKernel10, deviceId);
SAME(ct_cupti_kernel, context, CUpti_ActivityKernel9, contextId);
SAME(ct_cupti_kernel, context, CUpti_ActivityKernel10, contextId);
SAME(ct_cupti_kernel, stream, CUpti_ActivityKernel9, streamId);
SAME(ct_cupti_kernel, stream, CUpti_ActivityKernel10, streamId);
SAME(ct_cupti_kernel, grid[0], CUpti_ActivityKernel9, gridX);
SAME(ct_cupti_kernel, grid[0], CUpti_ActivityKernel10, gridX);
SAME(ct_cupti_kernel, grid[1], CUpti_ActivityKernel9, gridY);
SAME(ct_cupti_kernel, grid[1], CUpti_ActivityKernel10, gridY);
SAME(ct_cupti_kernel, grid[2], CUpti_ActivityKernel9, gridZ);
SAME(ct_cupti_kernel, grid[2], CUpti_ActivityKernel10, gridZ);
SAME(ct_cupti_kernel, block[0], CUpti_ActivityKernel9, blockX);
SAME(ct_cupti_kernel, block[0], CUpti_ActivityKernel10, blockX);
SAME(ct_cupti_kernel, block[1], CUpti_ActivityKernel9, blockY);
SAME(ct_cupti_kernel, block[1], CUpti_ActivityKernel10, blockY);
SAME(ct_cupti_kernel, block[2], CUpti_ActivityKernel9, blockZ);
SAME(ct_cupti_kernel, block[2], CUpti_ActivityKernel10, blockZ);
SAME(ct_cupti_kernel, smem_static_bytes, CUpti_ActivityKernel9, staticSharedMemory);
SAME(ct_cupti_kernel, smem_static_bytes, CUpti_ActivityKernel10, staticSharedMemory);
SAME(ct_cupti_kernel, smem_dynamic_bytes, CUpti_ActivityKernel9, dynamicSharedMemory);
SAME(ct_cupti_kernel, smem_dynamic_bytes, CUpti_ActivityKernel10, dynamicSharedMemory);
SAME(ct_cupti_kernel, local_per_thread_bytes, CUpti_ActivityKernel9, localMemoryPerThread);
SAME(ct_cupti_kernel, local_per_thread_bytes, CUpti_ActivityKernel10, localMemoryPerThread);
SAME(ct_cupti_kernel, local_total_bytes, CUpti_ActivityKernel9, localMemoryTotal);
SAME(ct_cupti_kernel, local_total_bytes, CUpti_ActivityKernel10, localMemoryTotal);
SAME(ct_cupti_kernel, correlation, CUpti_ActivityKernel9, correlationId);
SAME(ct_cupti_kernel, correlation, CUpti_ActivityKernel10, correlationId);
SAME(ct_cupti_kernel, grid_id, CUpti_ActivityKernel9, gridId);
SAME(ct_cupti_kernel, grid_id, CUpti_ActivityKernel10, gridId);
SAME(ct_cupti_kernel, name, CUpti_ActivityKernel9, name);
SAME(ct_cupti_kernel, name, CUpti_ActivityKernel10, name);
SAME(ct_cupti_kernel, queued_ns, CUpti_ActivityKernel9, queued);
SAME(ct_cupti_kernel, queued_ns, CUpti_ActivityKernel10, queued);
SAME(ct_cupti_kernel, submitted_ns, CUpti_ActivityKernel9, submitted);
SAME(ct_cupti_kernel, submitted_ns, CUpti_ActivityKernel10, submitted);
SAME(ct_cupti_kernel, launch_type, CUpti_ActivityKernel9, launchType);
SAME(ct_cupti_kernel, launch_type, CUpti_ActivityKernel10, launchType);
SAME(ct_cupti_kernel, carveout_requested, CUpti_ActivityKernel9,
     isSharedMemoryCarveoutRequested);
SAME(ct_cupti_kernel, carveout_requested, CUpti_ActivityKernel10,
     isSharedMemoryCarveoutRequested);
SAME(ct_cupti_kernel, carveout, CUpti_ActivityKernel9, sharedMemoryCarveoutRequested);
SAME(ct_cupti_kernel, carveout, CUpti_ActivityKernel10, sharedMemoryCarveoutRequested);
SAME(ct_cupti_kernel, smem_executed_bytes, CUpti_ActivityKernel9, sharedMemoryExecuted);
SAME(ct_cupti_kernel, smem_executed_bytes, CUpti_ActivityKernel10, sharedMemoryExecuted);
SAME(ct_cupti_kernel, graph_node, CUpti_ActivityKernel9, graphNodeId);
SAME(ct_cupti_kernel, graph_node, CUpti_ActivityKernel10, graphNodeId);
SAME(ct_cupti_kernel, smem_limit, CUpti_ActivityKernel9, shmemLimitConfig);
SAME(ct_cupti_kernel, smem_limit, CUpti_ActivityKernel10, shmemLimitConfig);
SAME(ct_cupti_kernel, graph, CUpti_ActivityKernel9, graphId);
SAME(ct_cupti_kernel, graph, CUpti_ActivityKernel10, graphId);
SAME(ct_cupti_kernel, access_policy, CUpti_ActivityKernel9, pAccessPolicyWindow);
SAME(ct_cupti_kernel, access_policy, CUpti_ActivityKernel10, pAccessPolicyWindow);
SAME(ct_cupti_kernel, channel, CUpti_ActivityKernel9, channelID);
SAME(ct_cupti_kernel, channel, CUpti_ActivityKernel10, channelID);
SAME(ct_cupti_kernel, channel_type, CUpti_ActivityKernel9, channelType);
SAME(ct_cupti_kernel, channel_type, CUpti_ActivityKernel10, channelType);
SAME(ct_cupti_kernel, cluster[0], CUpti_ActivityKernel9, clusterX);
SAME(ct_cupti_kernel, cluster[0], CUpti_ActivityKernel10, clusterX);
SAME(ct_cupti_kernel, cluster[1], CUpti_ActivityKernel9, clusterY);
SAME(ct_cupti_kernel, cluster[1], CUpti_ActivityKernel10, clusterY);
SAME(ct_cupti_kernel, cluster[2], CUpti_ActivityKernel9, clusterZ);
SAME(ct_cupti_kernel, cluster[2], CUpti_ActivityKernel10, clusterZ);
SAME(ct_cupti_kernel, cluster_policy, CUpti_ActivityKernel9, clusterSchedulingPolicy);
SAME(ct_cupti_kernel, cluster_policy, CUpti_ActivityKernel10, clusterSchedulingPolicy);
SAME(ct_cupti_kernel, local_total_v2_bytes, CUpti_ActivityKernel9, localMemoryTotal_v2);
SAME(ct_cupti_kernel, local_total_v2_bytes, CUpti_ActivityKernel10, localMemoryTotal_v2);
SAME(ct_cupti_kernel, max_potential_cluster, CUpti_ActivityKernel9,
     maxPotentialClusterSize);
SAME(ct_cupti_kernel, max_potential_cluster, CUpti_ActivityKernel10,
     maxPotentialClusterSize);
SAME(ct_cupti_kernel, max_active_clusters, CUpti_ActivityKernel9, maxActiveClusters);
SAME(ct_cupti_kernel, max_active_clusters, CUpti_ActivityKernel10, maxActiveClusters);
SAME(ct_cupti_kernel, device_launched, CUpti_ActivityKernel10, isDeviceLaunched);

/* Copies */
LENGTH(ct_cupti_memcpy, CUpti_ActivityMemcpy6);
SAME(ct_cupti_memcpy, kind, CUpti_ActivityMemcpy5, kind);
SAME(ct_cupti_memcpy, kind, CUpti_ActivityMemcpy6, kind);
SAME(ct_cupti_memcpy, copy_kind, CUpti_ActivityMemcpy5, copyKind);
SAME(ct_cupti_memcpy, copy_kind, CUpti_ActivityMemcpy6, copyKind);
SAME(ct_cupti_memcpy, from_kind, CUpti_ActivityMemcpy5, srcKind);
SAME(ct_cupti_memcpy, from_kind, CUpti_ActivityMemcpy6, srcKind);
SAME(ct_cupti_memcpy, to_kind, CUpti_ActivityMemcpy5, dstKind);
SAME(ct_cupti_memcpy, to_kind, CUpti_ActivityMemcpy6, dstKind);
SAME(ct_cupti_memcpy, flags, CUpti_ActivityMemcpy5, flags);
SAME(ct_cupti_memcpy, flags, CUpti_ActivityMemcpy6, flags);
SAME(ct_cupti_memcpy, bytes, CUpti_ActivityMemcpy5, bytes);
SAME(ct_cupti_memcpy, bytes, CUpti_ActivityMemcpy6, bytes);
SAME(ct_cupti_memcpy, start_ns, CUpti_ActivityMemcpy5, start);
SAME(ct_cupti_memcpy, start_ns, CUpti_ActivityMemcpy6, start);
SAME(ct_cupti_memcpy, end_ns, CUpti_ActivityMemcpy5, end);
SAME(ct_cupti_memcpy, end_ns, CUpti_ActivityMemcpy6, end);
SAME(ct_cupti_memcpy, device, CUpti_ActivityMemcpy5, deviceId);
SAME(ct_cupti_memcpy, device, CUpti_ActivityMemcpy6, deviceId);
SAME(ct_cupti_memcpy, context, CUpti_ActivityMemcpy5, contextId);
SAME(ct_cupti_memcpy, context, CUpti_ActivityMemcpy6, contextId);
SAME(ct_cupti_memcpy, stream, CUpti_ActivityMemcpy5, streamId);
SAME(ct_cupti_memcpy, stream, CUpti_ActivityMemcpy6, streamId);
SAME(ct_cupti_memcpy, correlation, CUpti_ActivityMemcpy5, correlationId);
SAME(ct_cupti_memcpy, correlation, CUpti_ActivityMemcpy6, correlationId);
SAME(ct_cupti_memcpy, runtime_correlation, CUpti_ActivityMemcpy5, runtimeCorrelationId);
SAME(ct_cupti_memcpy, runtime_correlation, CUpti_ActivityMemcpy6, runtimeCorrelationId);
SAME(ct_cupti_memcpy, graph_node, CUpti_ActivityMemcpy5, graphNodeId);
SAME(ct_cupti_memcpy, graph_node, CUpti_ActivityMemcpy6, graphNodeId);
SAME(ct_cupti_memcpy, graph, CUpti_ActivityMemcpy5, graphId);
SAME(ct_cupti_memcpy, graph, CUpti_ActivityMemcpy6, graphId);
SAME(ct_cupti_memcpy, channel, CUpti_ActivityMemcpy5, channelID);
SAME(ct_cupti_memcpy, channel, CUpti_ActivityMemcpy6, channelID);
SAME(ct_cupti_memcpy, channel_type, CUpti_ActivityMemcpy5, channelType);
SAME(ct_cupti_memcpy, channel_type, CUpti_ActivityMemcpy6, channelType);
SAME(ct_cupti_memcpy, device_launched, CUpti_ActivityMemcpy6, isDeviceLaunched);
SAME(ct_cupti_memcpy, n_copies, CUpti_ActivityMemcpy6, copyCount);

/* Copies from device to device */
LENGTH(ct_cupti_memcpy2, CUpti_ActivityMemcpyPtoP4);
SAME(ct_cupti_memcpy2, kind, CUpti_ActivityMemcpyPtoP4, kind);
SAME(ct_cupti_memcpy2, copy_kind, CUpti_ActivityMemcpyPtoP4, copyKind);
SAME(ct_cupti_memcpy2, from_kind, CUpti_ActivityMemcpyPtoP4, srcKind);
SAME(ct_cupti_memcpy2, to_kind, CUpti_ActivityMemcpyPtoP4, dstKind);
SAME(ct_cupti_memcpy2, flags, CUpti_ActivityMemcpyPtoP4, flags);
SAME(ct_cupti_memcpy2, bytes, CUpti_ActivityMemcpyPtoP4, bytes);
SAME(ct_cupti_memcpy2, start_ns, CUpti_ActivityMemcpyPtoP4, start);
SAME(ct_cupti_memcpy2, end_ns, CUpti_ActivityMemcpyPtoP4, end);
SAME(ct_cupti_memcpy2, device, CUpti_ActivityMemcpyPtoP4, deviceId);
SAME(ct_cupti_memcpy2, context, CUpti_ActivityMemcpyPtoP4, contextId);
SAME(ct_cupti_memcpy2, stream, CUpti_ActivityMemcpyPtoP4, streamId);
SAME(ct_cupti_memcpy2, from_device, CUpti_ActivityMemcpyPtoP4, srcDeviceId);
SAME(ct_cupti_memcpy2, from_context, CUpti_ActivityMemcpyPtoP4, srcContextId);
SAME(ct_cupti_memcpy2, to_device, CUpti_ActivityMemcpyPtoP4, dstDeviceId);
SAME(ct_cupti_memcpy2, to_context, CUpti_ActivityMemcpyPtoP4, dstContextId);
SAME(ct_cupti_memcpy2, correlation, CUpti_ActivityMemcpyPtoP4, correlationId);
SAME(ct_cupti_memcpy2, graph_node, CUpti_ActivityMemcpyPtoP4, graphNodeId);
SAME(ct_cupti_memcpy2, graph, CUpti_ActivityMemcpyPtoP4, graphId);
SAME(ct_cupti_memcpy2, channel, CUpti_ActivityMemcpyPtoP4, channelID);
SAME(ct_cupti_memcpy2, channel_type, CUpti_ActivityMemcpyPtoP4, channelType);

/* Sets */
LENGTH(ct_cupti_memset, CUpti_ActivityMemset4);
SAME(ct_cupti_memset, kind, CUpti_ActivityMemset4, kind);
SAME(ct_cupti_memset, value, CUpti_ActivityMemset4, value);
SAME(ct_cupti_memset, bytes, CUpti_ActivityMemset4, bytes);
SAME(ct_cupti_memset, start_ns, CUpti_ActivityMemset4, start);
SAME(ct_cupti_memset, end_ns, CUpti_ActivityMemset4, end);
SAME(ct_cupti_memset, device, CUpti_ActivityMemset4, deviceId);
SAME(ct_cupti_memset, context, CUpti_ActivityMemset4, contextId);
SAME(ct_cupti_memset, stream, CUpti_ActivityMemset4, streamId);
SAME(ct_cupti_memset, correlation, CUpti_ActivityMemset4, correlationId);
SAME(ct_cupti_memset, flags, CUpti_ActivityMemset4, flags);
SAME(ct_cupti_memset, memory_kind, CUpti_ActivityMemset4, memoryKind);
SAME(ct_cupti_memset, graph_node, CUpti_ActivityMemset4, graphNodeId);
SAME(ct_cupti_memset, graph, CUpti_ActivityMemset4, graphId);
SAME(ct_cupti_memset, channel, CUpti_ActivityMemset4, channelID);
SAME(ct_cupti_memset, channel_type, CUpti_ActivityMemset4, channelType);
SAME(ct_cupti_memset, device_launched, CUpti_ActivityMemset4, isDeviceLaunched);

/* Memory */
LENGTH(ct_cupti_memory, CUpti_ActivityMemory4);
SAME(ct_cupti_memory, kind, CUpti_ActivityMemory3, kind);
SAME(ct_cupti_memory, kind, CUpti_ActivityMemory4, kind);
SAME(ct_cupti_memory, operation, CUpti_ActivityMemory3, memoryOperationType);
SAME(ct_cupti_memory, operation, CUpti_ActivityMemory4, memoryOperationType);
SAME(ct_cupti_memory, memory_kind, CUpti_ActivityMemory3, memoryKind);
SAME(ct_cupti_memory, memory_kind, CUpti_ActivityMemory4, memoryKind);
SAME(ct_cupti_memory, correlation, CUpti_ActivityMemory3, correlationId);
SAME(ct_cupti_memory, correlation, CUpti_ActivityMemory4, correlationId);
SAME(ct_cupti_memory, address, CUpti_ActivityMemory3, address);
SAME(ct_cupti_memory, address, CUpti_ActivityMemory4, address);
SAME(ct_cupti_memory, bytes, CUpti_ActivityMemory3, bytes);
SAME(ct_cupti_memory, bytes, CUpti_ActivityMemory4, bytes);
SAME(ct_cupti_memory, time_ns, CUpti_ActivityMemory3, timestamp);
SAME(ct_cupti_memory, time_ns, CUpti_ActivityMemory4, timestamp);
SAME(ct_cupti_memory, program_counter, CUpti_ActivityMemory3, PC);
SAME(ct_cupti_memory, program_counter, CUpti_ActivityMemory4, PC);
SAME(ct_cupti_memory, process, CUpti_ActivityMemory3, processId);
SAME(ct_cupti_memory, process, CUpti_ActivityMemory4, processId);
SAME(ct_cupti_memory, device, CUpti_ActivityMemory3, deviceId);
SAME(ct_cupti_memory, device, CUpti_ActivityMemory4, deviceId);
SAME(ct_cupti_memory, context, CUpti_ActivityMemory3, contextId);
SAME(ct_cupti_memory, context, CUpti_ActivityMemory4, contextId);
SAME(ct_cupti_memory, stream, CUpti_ActivityMemory3, streamId);
SAME(ct_cupti_memory, stream, CUpti_ActivityMemory4, streamId);
SAME(ct_cupti_memory, name, CUpti_ActivityMemory3, name);
SAME(ct_cupti_memory, name, CUpti_ActivityMemory4, name);
SAME(ct_cupti_memory, async, CUpti_ActivityMemory3, isAsync);
SAME(ct_cupti_memory, async, CUpti_ActivityMemory4, isAsync);
SAME(ct_cupti_memory, pool_type, CUpti_ActivityMemory3, memoryPoolConfig.memoryPoolType);
SAME(ct_cupti_memory, pool_type, CUpti_ActivityMemory4, memoryPoolConfig.memoryPoolType);
SAME(ct_cupti_memory, pool_address, CUpti_ActivityMemory3, memoryPoolConfig.address);
SAME(ct_cupti_memory, pool_address, CUpti_ActivityMemory4, memoryPoolConfig.address);
SAME(ct_cupti_memory, pool_threshold_bytes, CUpti_ActivityMemory3,
     memoryPoolConfig.releaseThreshold);
SAME(ct_cupti_memory, pool_threshold_bytes, CUpti_ActivityMemory4,
     memoryPoolConfig.releaseThreshold);
SAME(ct_cupti_memory, pool_bytes, CUpti_ActivityMemory3, memoryPoolConfig.pool.size);
SAME(ct_cupti_memory, pool_bytes, CUpti_ActivityMemory4, memoryPoolConfig.pool.size);
SAME(ct_cupti_memory, pool_used_bytes, CUpti_ActivityMemory3,
     memoryPoolConfig.utilizedSize);
SAME(ct_cupti_memory, pool_used_bytes, CUpti_ActivityMemory4,
     memoryPoolConfig.utilizedSize);
SAME(ct_cupti_memory, source, CUpti_ActivityMemory4, source);

/* Calls */
LENGTH(ct_cupti_api, CUpti_ActivityAPI);
SAME(ct_cupti_api, kind, CUpti_ActivityAPI, kind);
SAME(ct_cupti_api, call, CUpti_ActivityAPI, cbid);
SAME(ct_cupti_api, start_ns, CUpti_ActivityAPI, start);
SAME(ct_cupti_api, end_ns, CUpti_ActivityAPI, end);
SAME(ct_cupti_api, process, CUpti_ActivityAPI, processId);
SAME(ct_cupti_api, thread, CUpti_ActivityAPI, threadId);
SAME(ct_cupti_api, correlation, CUpti_ActivityAPI, correlationId);
SAME(ct_cupti_api, result, CUpti_ActivityAPI, returnValue);

/* Devices */
LENGTH(ct_cupti_device, CUpti_ActivityDevice5);
SAME(ct_cupti_device, kind, CUpti_ActivityDevice4, kind);
SAME(ct_cupti_device, kind, CUpti_ActivityDevice5, kind);
SAME(ct_cupti_device, flags, CUpti_ActivityDevice4, flags);
SAME(ct_cupti_device, flags, CUpti_ActivityDevice5, flags);
SAME(ct_cupti_device, memory_bandwidth_kbps, CUpti_ActivityDevice4, globalMemoryBandwidth);
SAME(ct_cupti_device, memory_bandwidth_kbps, CUpti_ActivityDevice5, globalMemoryBandwidth);
SAME(ct_cupti_device, memory_bytes, CUpti_ActivityDevice4, globalMemorySize);
SAME(ct_cupti_device, memory_bytes, CUpti_ActivityDevice5, globalMemorySize);
SAME(ct_cupti_device, constant_bytes, CUpti_ActivityDevice4, constantMemorySize);
SAME(ct_cupti_device, constant_bytes, CUpti_ActivityDevice5, constantMemorySize);
SAME(ct_cupti_device, l2_bytes, CUpti_ActivityDevice4, l2CacheSize);
SAME(ct_cupti_device, l2_bytes, CUpti_ActivityDevice5, l2CacheSize);
SAME(ct_cupti_device, warp_size, CUpti_ActivityDevice4, numThreadsPerWarp);
SAME(ct_cupti_device, warp_size, CUpti_ActivityDevice5, numThreadsPerWarp);
SAME(ct_cupti_device, clock_khz, CUpti_ActivityDevice4, coreClockRate);
SAME(ct_cupti_device, clock_khz, CUpti_ActivityDevice5, coreClockRate);
SAME(ct_cupti_device, copy_engines, CUpti_ActivityDevice4, numMemcpyEngines);
SAME(ct_cupti_device, copy_engines, CUpti_ActivityDevice5, numMemcpyEngines);
SAME(ct_cupti_device, sms, CUpti_ActivityDevice4, numMultiprocessors);
SAME(ct_cupti_device, sms, CUpti_ActivityDevice5, numMultiprocessors);
SAME(ct_cupti_device, max_ipc, CUpti_ActivityDevice4, maxIPC);
SAME(ct_cupti_device, max_ipc, CUpti_ActivityDevice5, maxIPC);
SAME(ct_cupti_device, warps_per_sm, CUpti_ActivityDevice4, maxWarpsPerMultiprocessor);
SAME(ct_cupti_device, warps_per_sm, CUpti_ActivityDevice5, maxWarpsPerMultiprocessor);
SAME(ct_cupti_device, blocks_per_sm, CUpti_ActivityDevice4, maxBlocksPerMultiprocessor);
SAME(ct_cupti_device, blocks_per_sm, CUpti_ActivityDevice5, maxBlocksPerMultiprocessor);
SAME(ct_cupti_device, smem_per_sm_bytes, CUpti_ActivityDevice4,
     maxSharedMemoryPerMultiprocessor);
SAME(ct_cupti_device, smem_per_sm_bytes, CUpti_ActivityDevice5,
     maxSharedMemoryPerMultiprocessor);
SAME(ct_cupti_device, regs_per_sm, CUpti_ActivityDevice4, maxRegistersPerMultiprocessor);
SAME(ct_cupti_device, regs_per_sm, CUpti_ActivityDevice5, maxRegistersPerMultiprocessor);
SAME(ct_cupti_device, regs_per_block, CUpti_ActivityDevice4, maxRegistersPerBlock);
SAME(ct_cupti_device, regs_per_block, CUpti_ActivityDevice5, maxRegistersPerBlock);
SAME(ct_cupti_device, smem_per_block_bytes, CUpti_ActivityDevice4, maxSharedMemoryPerBlock);
SAME(ct_cupti_device, smem_per_block_bytes, CUpti_ActivityDevice5, maxSharedMemoryPerBlock);
SAME(ct_cupti_device, threads_per_block, CUpti_ActivityDevice4, maxThreadsPerBlock);
SAME(ct_cupti_device, threads_per_block, CUpti_ActivityDevice5, maxThreadsPerBlock);
SAME(ct_cupti_device, max_block[0], CUpti_ActivityDevice4, maxBlockDimX);
SAME(ct_cupti_device, max_block[0], CUpti_ActivityDevice5, maxBlockDimX);
SAME(ct_cupti_device, max_block[2], CUpti_ActivityDevice4, maxBlockDimZ);
SAME(ct_cupti_device, max_block[2], CUpti_ActivityDevice5, maxBlockDimZ);
SAME(ct_cupti_device, max_grid[0], CUpti_ActivityDevice4, maxGridDimX);
SAME(ct_cupti_device, max_grid[0], CUpti_ActivityDevice5, maxGridDimX);
SAME(ct_cupti_device, max_grid[2], CUpti_ActivityDevice4, maxGridDimZ);
SAME(ct_cupti_device, max_grid[2], CUpti_ActivityDevice5, maxGridDimZ);
SAME(ct_cupti_device, cc_major, CUpti_ActivityDevice4, computeCapabilityMajor);
SAME(ct_cupti_device, cc_major, CUpti_ActivityDevice5, computeCapabilityMajor);
SAME(ct_cupti_device, cc_minor, CUpti_ActivityDevice4, computeCapabilityMinor);
SAME(ct_cupti_device, cc_minor, CUpti_ActivityDevice5, computeCapabilityMinor);
SAME(ct_cupti_device, id, CUpti_ActivityDevice4, id);
SAME(ct_cupti_device, id, CUpti_ActivityDevice5, id);
SAME(ct_cupti_device, ecc, CUpti_ActivityDevice4, eccEnabled);
SAME(ct_cupti_device, ecc, CUpti_ActivityDevice5, eccEnabled);
SAME(ct_cupti_device, uuid, CUpti_ActivityDevice4, uuid);
SAME(ct_cupti_device, uuid, CUpti_ActivityDevice5, uuid);
SAME(ct_cupti_device, name, CUpti_ActivityDevice4, name);
SAME(ct_cupti_device, name, CUpti_ActivityDevice5, name);
SAME(ct_cupti_device, visible, CUpti_ActivityDevice4, isCudaVisible);
SAME(ct_cupti_device, visible, CUpti_ActivityDevice5, isCudaVisible);
SAME(ct_cupti_device, mig, CUpti_ActivityDevice4, isMigEnabled);
SAME(ct_cupti_device, mig, CUpti_ActivityDevice5, isMigEnabled);
SAME(ct_cupti_device, gpu_instance, CUpti_ActivityDevice4, gpuInstanceId);
SAME(ct_cupti_device, gpu_instance, CUpti_ActivityDevice5, gpuInstanceId);
SAME(ct_cupti_device, compute_instance, CUpti_ActivityDevice4, computeInstanceId);
SAME(ct_cupti_device, compute_instance, CUpti_ActivityDevice5, computeInstanceId);
SAME(ct_cupti_device, mig_uuid, CUpti_ActivityDevice4, migUuid);
SAME(ct_cupti_device, mig_uuid, CUpti_ActivityDevice5, migUuid);
SAME(ct_cupti_device, numa, CUpti_ActivityDevice5, isNumaNode);
SAME(ct_cupti_device, numa_node, CUpti_ActivityDevice5, numaId);

/* Contexts */
LENGTH(ct_cupti_context, CUpti_ActivityContext3);
SAME(ct_cupti_context, kind, CUpti_ActivityContext, kind);
SAME(ct_cupti_context, kind, CUpti_ActivityContext2, kind);
SAME(ct_cupti_context, kind, CUpti_ActivityContext3, kind);
SAME(ct_cupti_context, context, CUpti_ActivityContext, contextId);
SAME(ct_cupti_context, context, CUpti_ActivityContext2, contextId);
SAME(ct_cupti_context, context, CUpti_ActivityContext3, contextId);
SAME(ct_cupti_context, device, CUpti_ActivityContext, deviceId);
SAME(ct_cupti_context, device, CUpti_ActivityContext2, deviceId);
SAME(ct_cupti_context, device, CUpti_ActivityContext3, deviceId);
SAME(ct_cupti_context, api, CUpti_ActivityContext, computeApiKind);
SAME(ct_cupti_context, api, CUpti_ActivityContext2, computeApiKind);
SAME(ct_cupti_context, api, CUpti_ActivityContext3, computeApiKind);
SAME(ct_cupti_context, null_stream, CUpti_ActivityContext, nullStreamId);
SAME(ct_cupti_context, null_stream, CUpti_ActivityContext2, nullStreamId);
SAME(ct_cupti_context, null_stream, CUpti_ActivityContext3, nullStreamId);
SAME(ct_cupti_context, parent, CUpti_ActivityContext2, parentContextId);
SAME(ct_cupti_context, parent, CUpti_ActivityContext3, parentContextId);
SAME(ct_cupti_context, green, CUpti_ActivityContext2, isGreenContext);
SAME(ct_cupti_context, green, CUpti_ActivityContext3, isGreenContext);
SAME(ct_cupti_context, sms, CUpti_ActivityContext2, numMultiprocessors);
SAME(ct_cupti_context, sms, CUpti_ActivityContext3, numMultiprocessors);
SAME(ct_cupti_context, graphics, CUpti_ActivityContext3, cigMode);

/* Streams */
LENGTH(ct_cupti_stream, CUpti_ActivityStream);
SAME(ct_cupti_stream, kind, CUpti_ActivityStream, kind);
SAME(ct_cupti_stream, context, CUpti_ActivityStream, contextId);
SAME(ct_cupti_stream, stream, CUpti_ActivityStream, streamId);
SAME(ct_cupti_stream, priority, CUpti_ActivityStream, priority);
SAME(ct_cupti_stream, flag, CUpti_ActivityStream, flag);
SAME(ct_cupti_stream, correlation, CUpti_ActivityStream, correlationId);

/* Synchronisation */
LENGTH(ct_cupti_sync, CUpti_ActivitySynchronization2);
SAME(ct_cupti_sync, kind, CUpti_ActivitySynchronization, kind);
SAME(ct_cupti_sync, kind, CUpti_ActivitySynchronization2, kind);
SAME(ct_cupti_sync, type, CUpti_ActivitySynchronization, type);
SAME(ct_cupti_sync, type, CUpti_ActivitySynchronization2, type);
SAME(ct_cupti_sync, start_ns, CUpti_ActivitySynchronization, start);
SAME(ct_cupti_sync, start_ns, CUpti_ActivitySynchronization2, start);
SAME(ct_cupti_sync, end_ns, CUpti_ActivitySynchronization, end);
SAME(ct_cupti_sync, end_ns, CUpti_ActivitySynchronization2, end);
SAME(ct_cupti_sync, correlation, CUpti_ActivitySynchronization, correlationId);
SAME(ct_cupti_sync, correlation, CUpti_ActivitySynchronization2, correlationId);
SAME(ct_cupti_sync, context, CUpti_ActivitySynchronization, contextId);
SAME(ct_cupti_sync, context, CUpti_ActivitySynchronization2, contextId);
SAME(ct_cupti_sync, stream, CUpti_ActivitySynchronization, streamId);
SAME(ct_cupti_sync, stream, CUpti_ActivitySynchronization2, streamId);
SAME(ct_cupti_sync, event, CUpti_ActivitySynchronization, cudaEventId);
SAME(ct_cupti_sync, event, CUpti_ActivitySynchronization2, cudaEventId);
SAME(ct_cupti_sync, event_record, CUpti_ActivitySynchronization2, cudaEventSyncId);
SAME(ct_cupti_sync, result, CUpti_ActivitySynchronization2, returnValue);

/* Events */
LENGTH(ct_cupti_event, CUpti_ActivityCudaEvent2);
SAME(ct_cupti_event, kind, CUpti_ActivityCudaEvent, kind);
SAME(ct_cupti_event, kind, CUpti_ActivityCudaEvent2, kind);
SAME(ct_cupti_event, correlation, CUpti_ActivityCudaEvent, correlationId);
SAME(ct_cupti_event, correlation, CUpti_ActivityCudaEvent2, correlationId);
SAME(ct_cupti_event, context, CUpti_ActivityCudaEvent, contextId);
SAME(ct_cupti_event, context, CUpti_ActivityCudaEvent2, contextId);
SAME(ct_cupti_event, stream, CUpti_ActivityCudaEvent, streamId);
SAME(ct_cupti_event, stream, CUpti_ActivityCudaEvent2, streamId);
SAME(ct_cupti_event, event, CUpti_ActivityCudaEvent, eventId);
SAME(ct_cupti_event, event, CUpti_ActivityCudaEvent2, eventId);
SAME(ct_cupti_event, device, CUpti_ActivityCudaEvent2, deviceId);
SAME(ct_cupti_event, device_ns, CUpti_ActivityCudaEvent2, deviceTimestamp);
SAME(ct_cupti_event, event_record, CUpti_ActivityCudaEvent2, cudaEventSyncId);

/* Overhead */
LENGTH(ct_cupti_overhead, CUpti_ActivityOverhead3);
SAME(ct_cupti_overhead, kind, CUpti_ActivityOverhead, kind);
SAME(ct_cupti_overhead, kind, CUpti_ActivityOverhead2, kind);
SAME(ct_cupti_overhead, kind, CUpti_ActivityOverhead3, kind);
SAME(ct_cupti_overhead, overhead, CUpti_ActivityOverhead, overheadKind);
SAME(ct_cupti_overhead, overhead, CUpti_ActivityOverhead2, overheadKind);
SAME(ct_cupti_overhead, overhead, CUpti_ActivityOverhead3, overheadKind);
SAME(ct_cupti_overhead, object_kind, CUpti_ActivityOverhead, objectKind);
SAME(ct_cupti_overhead, object_kind, CUpti_ActivityOverhead2, objectKind);
SAME(ct_cupti_overhead, object_kind, CUpti_ActivityOverhead3, objectKind);
SAME(ct_cupti_overhead, object, CUpti_ActivityOverhead, objectId);
SAME(ct_cupti_overhead, object, CUpti_ActivityOverhead2, objectId);
SAME(ct_cupti_overhead, object, CUpti_ActivityOverhead3, objectId);
SAME(ct_cupti_overhead, start_ns, CUpti_ActivityOverhead, start);
SAME(ct_cupti_overhead, start_ns, CUpti_ActivityOverhead2, start);
SAME(ct_cupti_overhead, start_ns, CUpti_ActivityOverhead3, start);
SAME(ct_cupti_overhead, end_ns, CUpti_ActivityOverhead, end);
SAME(ct_cupti_overhead, end_ns, CUpti_ActivityOverhead2, end);
SAME(ct_cupti_overhead, end_ns, CUpti_ActivityOverhead3, end);
SAME(ct_cupti_overhead, correlation, CUpti_ActivityOverhead2, correlationId);
SAME(ct_cupti_overhead, correlation, CUpti_ActivityOverhead3, correlationId);
SAME(ct_cupti_overhead, data, CUpti_ActivityOverhead3, overheadData);

/* Callbacks */
LENGTH(ct_cupti_resource, CUpti_ResourceData);
SAME(ct_cupti_resource, context, CUpti_ResourceData, context);
SAME(ct_cupti_resource, stream, CUpti_ResourceData, resourceHandle.stream);
SAME(ct_cupti_resource, descriptor, CUpti_ResourceData, resourceDescriptor);

/* Graphs */
LENGTH(ct_cupti_graph, CUpti_GraphData);
SAME(ct_cupti_graph, graph, CUpti_GraphData, graph);
SAME(ct_cupti_graph, original_graph, CUpti_GraphData, originalGraph);
SAME(ct_cupti_graph, node, CUpti_GraphData, node);
SAME(ct_cupti_graph, original_node, CUpti_GraphData, originalNode);
SAME(ct_cupti_graph, node_type, CUpti_GraphData, nodeType);
SAME(ct_cupti_graph, dependency, CUpti_GraphData, dependency);
SAME(ct_cupti_graph, executable, CUpti_GraphData, graphExec);

/* States */
LENGTH(ct_cupti_state, CUpti_StateData);
SAME(ct_cupti_state, result, CUpti_StateData, notification.result);
SAME(ct_cupti_state, message, CUpti_StateData, notification.message);

/* Subscribers */
LENGTH(ct_cupti_subscriber_params, CUpti_SubscriberParams);
SAME(ct_cupti_subscriber_params, struct_bytes, CUpti_SubscriberParams, structSize);
SAME(ct_cupti_subscriber_params, name, CUpti_SubscriberParams, subscriberName);
SAME(ct_cupti_subscriber_params, old_name, CUpti_SubscriberParams, oldSubscriberName);
SAME(ct_cupti_subscriber_params, old_name_bytes, CUpti_SubscriberParams, oldSubscriberSize);

/* Numbers */
NUMBER(CT_CUPTI_OK, CUPTI_SUCCESS);
NUMBER(CT_CUPTI_MAX_LIMIT_REACHED, CUPTI_ERROR_MAX_LIMIT_REACHED);
NUMBER(CT_CUPTI_NOT_COMPATIBLE, CUPTI_ERROR_NOT_COMPATIBLE);
NUMBER(CT_CUPTI_INVALID_KIND, CUPTI_ERROR_INVALID_KIND);
NUMBER(CT_CUPTI_INSUFFICIENT_PRIVILEGES, CUPTI_ERROR_INSUFFICIENT_PRIVILEGES);
NUMBER(CT_CUPTI_MULTIPLE_SUBSCRIBERS, CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED);
NUMBER(CT_CUPTI_VIRTUAL_INSUFFICIENT_PRIVILEGES,
       CUPTI_ERROR_VIRTUALIZED_DEVICE_INSUFFICIENT_PRIVILEGES);
NUMBER(CT_CUPTI_UNKNOWN, CUPTI_ERROR_UNKNOWN);
NUMBER(CT_CUPTI_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMCPY);
NUMBER(CT_CUPTI_KIND_MEMSET, CUPTI_ACTIVITY_KIND_MEMSET);
NUMBER(CT_CUPTI_KIND_DRIVER, CUPTI_ACTIVITY_KIND_DRIVER);
NUMBER(CT_CUPTI_KIND_RUNTIME, CUPTI_ACTIVITY_KIND_RUNTIME);
NUMBER(CT_CUPTI_KIND_DEVICE, CUPTI_ACTIVITY_KIND_DEVICE);
NUMBER(CT_CUPTI_KIND_CONTEXT, CUPTI_ACTIVITY_KIND_CONTEXT);
NUMBER(CT_CUPTI_KIND_KERNEL, CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL);
NUMBER(CT_CUPTI_KIND_OVERHEAD, CUPTI_ACTIVITY_KIND_OVERHEAD);
NUMBER(CT_CUPTI_KIND_MEMCPY2, CUPTI_ACTIVITY_KIND_MEMCPY2);
NUMBER(CT_CUPTI_KIND_CUDA_EVENT, CUPTI_ACTIVITY_KIND_CUDA_EVENT);
NUMBER(CT_CUPTI_KIND_STREAM, CUPTI_ACTIVITY_KIND_STREAM);
NUMBER(CT_CUPTI_KIND_SYNCHRONIZATION, CUPTI_ACTIVITY_KIND_SYNCHRONIZATION);
NUMBER(CT_CUPTI_KIND_INTERNAL_LAUNCH, CUPTI_ACTIVITY_KIND_INTERNAL_LAUNCH_API);
NUMBER(CT_CUPTI_KIND_MEMORY2, CUPTI_ACTIVITY_KIND_MEMORY2);
NUMBER(CT_CUPTI_KIND_MEMORY_POOL, CUPTI_ACTIVITY_KIND_MEMORY_POOL);
NUMBER(CT_CUPTI_ATTRIBUTE_DEVICE_BUFFER_BYTES, CUPTI_ACTIVITY_ATTR_DEVICE_BUFFER_SIZE);
NUMBER(CT_CUPTI_ATTRIBUTE_DEVICE_BUFFERS, CUPTI_ACTIVITY_ATTR_DEVICE_BUFFER_POOL_LIMIT);
NUMBER(CT_CUPTI_FLUSH_FORCED, CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
NUMBER(CT_CUPTI_THREAD_SYSTEM, CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM);
NUMBER(CT_CUPTI_MEMCPY_ASYNC, CUPTI_ACTIVITY_FLAG_MEMCPY_ASYNC);
NUMBER(CT_CUPTI_STREAM_NONBLOCKING, CUPTI_ACTIVITY_STREAM_CREATE_FLAG_NON_BLOCKING);
NUMBER(CT_CUPTI_STREAM_NULL, CUPTI_ACTIVITY_STREAM_CREATE_FLAG_NULL);
NUMBER(CT_CUPTI_STREAM_MASK, CUPTI_ACTIVITY_STREAM_CREATE_MASK);
NUMBER(CT_CUPTI_LAUNCH_COOPERATIVE, CUPTI_ACTIVITY_LAUNCH_TYPE_COOPERATIVE_SINGLE_DEVICE);
NUMBER(CT_CUPTI_LAUNCH_COOPERATIVE_MULTI,
       CUPTI_ACTIVITY_LAUNCH_TYPE_COOPERATIVE_MULTI_DEVICE);
NUMBER(CT_CUPTI_OVERHEAD_FLUSH, CUPTI_ACTIVITY_OVERHEAD_CUPTI_BUFFER_FLUSH);
NUMBER(CT_CUPTI_OVERHEAD_BUFFER_FULL, CUPTI_ACTIVITY_OVERHEAD_COMMAND_BUFFER_FULL);
NUMBER(CT_CUPTI_POOL_LOCAL, CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL);
NUMBER(CT_CUPTI_OLD_SUBSCRIBER_BYTES, CUPTI_OLD_SUBSCRIBER_NAME_MIN_LEN);
NUMBER(CT_CUPTI_SUBSCRIBER_NAME_BYTES, CUPTI_SUBSCRIBER_NAME_MAX_LEN);
NUMBER(CT_CUPTI_DOMAIN_DRIVER, CUPTI_CB_DOMAIN_DRIVER_API);
NUMBER(CT_CUPTI_DOMAIN_RUNTIME, CUPTI_CB_DOMAIN_RUNTIME_API);
NUMBER(CT_CUPTI_DOMAIN_RESOURCE, CUPTI_CB_DOMAIN_RESOURCE);
NUMBER(CT_CUPTI_DOMAIN_STATE, CUPTI_CB_DOMAIN_STATE);
NUMBER(CT_CUPTI_STATE_FATAL, CUPTI_CBID_STATE_FATAL_ERROR);
NUMBER(CT_CUPTI_CONTEXT_CREATED, CUPTI_CBID_RESOURCE_CONTEXT_CREATED);
NUMBER(CT_CUPTI_CONTEXT_DESTROY, CUPTI_CBID_RESOURCE_CONTEXT_DESTROY_STARTING);
NUMBER(CT_CUPTI_STREAM_CREATED, CUPTI_CBID_RESOURCE_STREAM_CREATED);
NUMBER(CT_CUPTI_STREAM_DESTROY, CUPTI_CBID_RESOURCE_STREAM_DESTROY_STARTING);
NUMBER(CT_CUPTI_INIT_FINISHED, CUPTI_CBID_RESOURCE_CU_INIT_FINISHED);
NUMBER(CT_CUPTI_MODULE_LOADED, CUPTI_CBID_RESOURCE_MODULE_LOADED);
NUMBER(CT_CUPTI_GRAPH_CREATED, CUPTI_CBID_RESOURCE_GRAPH_CREATED);
NUMBER(CT_CUPTI_GRAPH_DESTROY, CUPTI_CBID_RESOURCE_GRAPH_DESTROY_STARTING);
NUMBER(CT_CUPTI_GRAPH_CLONED, CUPTI_CBID_RESOURCE_GRAPH_CLONED);
NUMBER(CT_CUPTI_NODE_CREATED, CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED);
NUMBER(CT_CUPTI_NODE_DESTROY, CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING);
NUMBER(CT_CUPTI_EDGE_CREATED, CUPTI_CBID_RESOURCE_GRAPHNODE_DEPENDENCY_CREATED);
NUMBER(CT_CUPTI_EDGE_DESTROY, CUPTI_CBID_RESOURCE_GRAPHNODE_DEPENDENCY_DESTROY_STARTING);
NUMBER(CT_CUPTI_EXEC_CREATING, CUPTI_CBID_RESOURCE_GRAPHEXEC_CREATE_STARTING);
NUMBER(CT_CUPTI_EXEC_CREATED, CUPTI_CBID_RESOURCE_GRAPHEXEC_CREATED);
NUMBER(CT_CUPTI_EXEC_DESTROY, CUPTI_CBID_RESOURCE_GRAPHEXEC_DESTROY_STARTING);
NUMBER(CT_CUPTI_NODE_CLONED, CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED);

int main(void)
{
	return 0;
}
