/*
 * confine-calls.h - the driver calls before which the thread's context is looked at.
 *
 * Those that make a stream, an event or a kernel node in the current context, and those
 * that may name the NULL stream, which is the current context's: if one of them still went
 * to the primary context, it would no longer be ordered with the rest.  Calls that manage
 * contexts are left alone, and so is cuCtxSynchronize(): of the primary context it waits
 * for green ones too.  Numbers are those of CUPTI's driver callbacks, which are only ever
 * added to; tests compare them with its header where there is one.
 */
#ifndef CT_CAPTURE_COLLECTOR_CONFINE_CALLS_H
#define CT_CAPTURE_COLLECTOR_CONFINE_CALLS_H

/* clang-format off */
#define CT_CONFINE_CALLS(call) \
	call(cuMemcpyHtoD, 43) \
	call(cuMemcpyDtoH, 45) \
	call(cuMemcpyDtoD, 47) \
	call(cuMemcpyDtoA, 49) \
	call(cuMemcpyAtoD, 51) \
	call(cuMemcpyHtoA, 53) \
	call(cuMemcpyAtoH, 54) \
	call(cuMemcpyAtoA, 55) \
	call(cuMemcpy2D, 56) \
	call(cuMemcpy2DUnaligned, 57) \
	call(cuMemcpy3D, 58) \
	call(cuMemcpyHtoDAsync, 60) \
	call(cuMemcpyDtoHAsync, 62) \
	call(cuMemcpyDtoDAsync, 64) \
	call(cuMemcpyHtoAAsync, 66) \
	call(cuMemcpyAtoHAsync, 67) \
	call(cuMemcpy2DAsync, 68) \
	call(cuMemcpy3DAsync, 69) \
	call(cuMemsetD8, 71) \
	call(cuMemsetD16, 73) \
	call(cuMemsetD32, 75) \
	call(cuMemsetD2D8, 77) \
	call(cuMemsetD2D16, 79) \
	call(cuMemsetD2D32, 81) \
	call(cuLaunch, 115) \
	call(cuLaunchGrid, 116) \
	call(cuLaunchGridAsync, 117) \
	call(cuEventCreate, 118) \
	call(cuEventRecord, 119) \
	call(cuStreamCreate, 124) \
	call(cuStreamQuery, 125) \
	call(cuStreamSynchronize, 126) \
	call(cuMemsetD8Async, 216) \
	call(cuMemsetD16Async, 218) \
	call(cuMemsetD32Async, 220) \
	call(cuMemsetD2D8Async, 222) \
	call(cuMemsetD2D16Async, 224) \
	call(cuMemsetD2D32Async, 226) \
	call(cuMemcpy_v2, 248) \
	call(cuMemsetD8_v2, 249) \
	call(cuMemsetD16_v2, 250) \
	call(cuMemsetD32_v2, 251) \
	call(cuMemsetD2D8_v2, 252) \
	call(cuMemsetD2D16_v2, 253) \
	call(cuMemsetD2D32_v2, 254) \
	call(cuMemcpyHtoD_v2, 276) \
	call(cuMemcpyHtoDAsync_v2, 277) \
	call(cuMemcpyDtoH_v2, 278) \
	call(cuMemcpyDtoHAsync_v2, 279) \
	call(cuMemcpyDtoD_v2, 280) \
	call(cuMemcpyDtoDAsync_v2, 281) \
	call(cuMemcpyAtoH_v2, 282) \
	call(cuMemcpyAtoHAsync_v2, 283) \
	call(cuMemcpyAtoD_v2, 284) \
	call(cuMemcpyDtoA_v2, 285) \
	call(cuMemcpyAtoA_v2, 286) \
	call(cuMemcpy2D_v2, 287) \
	call(cuMemcpy2DUnaligned_v2, 288) \
	call(cuMemcpy2DAsync_v2, 289) \
	call(cuMemcpy3D_v2, 290) \
	call(cuMemcpy3DAsync_v2, 291) \
	call(cuMemcpyHtoA_v2, 292) \
	call(cuMemcpyHtoAAsync_v2, 293) \
	call(cuStreamWaitEvent, 295) \
	call(cuMemcpy, 305) \
	call(cuMemcpyAsync, 306) \
	call(cuLaunchKernel, 307) \
	call(cuMemcpyPeer, 318) \
	call(cuMemcpyPeerAsync, 319) \
	call(cuMemcpy3DPeer, 320) \
	call(cuMemcpy3DPeerAsync, 321) \
	call(cuStreamAddCallback, 346) \
	call(cuStreamCreateWithPriority, 367) \
	call(cuStreamAttachMemAsync, 377) \
	call(cuMemcpyHtoD_v2_ptds, 397) \
	call(cuMemcpyDtoH_v2_ptds, 398) \
	call(cuMemcpyDtoD_v2_ptds, 399) \
	call(cuMemcpyDtoA_v2_ptds, 400) \
	call(cuMemcpyAtoD_v2_ptds, 401) \
	call(cuMemcpyHtoA_v2_ptds, 402) \
	call(cuMemcpyAtoH_v2_ptds, 403) \
	call(cuMemcpyAtoA_v2_ptds, 404) \
	call(cuMemcpy2D_v2_ptds, 405) \
	call(cuMemcpy2DUnaligned_v2_ptds, 406) \
	call(cuMemcpy3D_v2_ptds, 407) \
	call(cuMemcpy_ptds, 408) \
	call(cuMemcpyPeer_ptds, 409) \
	call(cuMemcpy3DPeer_ptds, 410) \
	call(cuMemsetD8_v2_ptds, 411) \
	call(cuMemsetD16_v2_ptds, 412) \
	call(cuMemsetD32_v2_ptds, 413) \
	call(cuMemsetD2D8_v2_ptds, 414) \
	call(cuMemsetD2D16_v2_ptds, 415) \
	call(cuMemsetD2D32_v2_ptds, 416) \
	call(cuMemcpyAsync_ptsz, 418) \
	call(cuMemcpyHtoAAsync_v2_ptsz, 419) \
	call(cuMemcpyAtoHAsync_v2_ptsz, 420) \
	call(cuMemcpyHtoDAsync_v2_ptsz, 421) \
	call(cuMemcpyDtoHAsync_v2_ptsz, 422) \
	call(cuMemcpyDtoDAsync_v2_ptsz, 423) \
	call(cuMemcpy2DAsync_v2_ptsz, 424) \
	call(cuMemcpy3DAsync_v2_ptsz, 425) \
	call(cuMemcpyPeerAsync_ptsz, 426) \
	call(cuMemcpy3DPeerAsync_ptsz, 427) \
	call(cuMemsetD8Async_ptsz, 428) \
	call(cuMemsetD16Async_ptsz, 429) \
	call(cuMemsetD32Async_ptsz, 430) \
	call(cuMemsetD2D8Async_ptsz, 431) \
	call(cuMemsetD2D16Async_ptsz, 432) \
	call(cuMemsetD2D32Async_ptsz, 433) \
	call(cuStreamWaitEvent_ptsz, 436) \
	call(cuStreamAddCallback_ptsz, 437) \
	call(cuStreamAttachMemAsync_ptsz, 438) \
	call(cuStreamQuery_ptsz, 439) \
	call(cuStreamSynchronize_ptsz, 440) \
	call(cuEventRecord_ptsz, 441) \
	call(cuLaunchKernel_ptsz, 442) \
	call(cuStreamWaitValue32, 458) \
	call(cuStreamWaitValue32_ptsz, 459) \
	call(cuStreamWriteValue32, 460) \
	call(cuStreamWriteValue32_ptsz, 461) \
	call(cuStreamBatchMemOp, 462) \
	call(cuStreamBatchMemOp_ptsz, 463) \
	call(cuMemPrefetchAsync, 467) \
	call(cuMemPrefetchAsync_ptsz, 468) \
	call(cuStreamWaitValue64, 473) \
	call(cuStreamWaitValue64_ptsz, 474) \
	call(cuStreamWriteValue64, 475) \
	call(cuStreamWriteValue64_ptsz, 476) \
	call(cuLaunchCooperativeKernel, 477) \
	call(cuLaunchCooperativeKernel_ptsz, 478) \
	call(cuLaunchCooperativeKernelMultiDevice, 480) \
	call(cuStreamBeginCapture, 495) \
	call(cuStreamBeginCapture_ptsz, 496) \
	call(cuStreamEndCapture, 497) \
	call(cuStreamEndCapture_ptsz, 498) \
	call(cuStreamIsCapturing, 499) \
	call(cuStreamIsCapturing_ptsz, 500) \
	call(cuGraphAddKernelNode, 502) \
	call(cuGraphLaunch, 514) \
	call(cuGraphLaunch_ptsz, 515) \
	call(cuGraphKernelNodeSetParams, 521) \
	call(cuLaunchHostFunc, 527) \
	call(cuLaunchHostFunc_ptsz, 528) \
	call(cuGraphExecKernelNodeSetParams, 538) \
	call(cuStreamBeginCapture_v2, 539) \
	call(cuStreamBeginCapture_v2_ptsz, 540) \
	call(cuGraphUpload, 580) \
	call(cuGraphUpload_ptsz, 581) \
	call(cuMemMapArrayAsync, 584) \
	call(cuMemMapArrayAsync_ptsz, 585) \
	call(cuEventRecordWithFlags, 587) \
	call(cuEventRecordWithFlags_ptsz, 588) \
	call(cuMemAllocAsync, 598) \
	call(cuMemAllocAsync_ptsz, 599) \
	call(cuMemFreeAsync, 600) \
	call(cuMemFreeAsync_ptsz, 601) \
	call(cuMemAllocFromPoolAsync, 611) \
	call(cuMemAllocFromPoolAsync_ptsz, 612) \
	call(cuLaunchKernelEx, 652) \
	call(cuLaunchKernelEx_ptsz, 653) \
	call(cuStreamWaitValue32_v2, 659) \
	call(cuStreamWaitValue32_v2_ptsz, 660) \
	call(cuStreamWaitValue64_v2, 661) \
	call(cuStreamWaitValue64_v2_ptsz, 662) \
	call(cuStreamWriteValue32_v2, 663) \
	call(cuStreamWriteValue32_v2_ptsz, 664) \
	call(cuStreamWriteValue64_v2, 665) \
	call(cuStreamWriteValue64_v2_ptsz, 666) \
	call(cuStreamBatchMemOp_v2, 667) \
	call(cuStreamBatchMemOp_v2_ptsz, 668) \
	call(cuGraphAddKernelNode_v2, 689) \
	call(cuGraphKernelNodeSetParams_v2, 691) \
	call(cuGraphExecKernelNodeSetParams_v2, 692) \
	call(cuGraphAddNode, 712) \
	call(cuMemPrefetchAsync_v2, 716) \
	call(cuMemPrefetchAsync_v2_ptsz, 717) \
	call(cuStreamBeginCaptureToGraph, 720) \
	call(cuStreamBeginCaptureToGraph_ptsz, 721) \
	call(cuGraphAddNode_v2, 723) \
	call(cuMemBatchDecompressAsync, 761) \
	call(cuMemBatchDecompressAsync_ptsz, 762) \
	call(cuMemcpyBatchAsync, 776) \
	call(cuMemcpyBatchAsync_ptsz, 777) \
	call(cuMemcpy3DBatchAsync, 778) \
	call(cuMemcpy3DBatchAsync_ptsz, 779) \
	call(cuMemPrefetchBatchAsync, 784) \
	call(cuMemPrefetchBatchAsync_ptsz, 785) \
	call(cuMemcpyBatchAsync_v2, 796) \
	call(cuMemcpyBatchAsync_v2_ptsz, 797) \
	call(cuMemcpy3DBatchAsync_v2, 798) \
	call(cuMemcpy3DBatchAsync_v2_ptsz, 799)

/* After these nothing of a device's primary context is left. */
#define CT_CONFINE_RESETS(call) \
	call(cuDevicePrimaryCtxReset, 389) \
	call(cuDevicePrimaryCtxReset_v2, 545)
/* clang-format on */

#endif
