/*
 * nvtx.h - a program's own markers, as it makes them.
 *
 * NVTX finds InitializeInjectionNvtx2() by its name, see nvtx-abi.h; nothing else here is
 * called from outside.
 */
#ifndef CT_CAPTURE_COLLECTOR_NVTX_H
#define CT_CAPTURE_COLLECTOR_NVTX_H

#include "capture/collector/nvtx-abi.h"

int InitializeInjectionNvtx2(ct_nvtx_get_export);

#endif
