/*
 * bind.h - CUPTI and the driver, as they are in this process.
 *
 * The driver is there already, for it called us.  CUPTI is taken from COTENANT_CUPTI if
 * that is set, else the copy that the program has loaded, else what the loader finds: two
 * copies in one process would be two profilers.
 */
#ifndef CT_CAPTURE_COUNTERS_BIND_H
#define CT_CAPTURE_COUNTERS_BIND_H

#include "capture/counters/profiler-abi.h"

struct ct_profiler_calls { /* 0 or a result of CUPTI; never NULL once bound */
	int (*version)(uint32_t *);
	int (*subscribe)(void **subscriber, ct_callback, void *user);
	int (*unsubscribe)(void *subscriber);
	int (*enable)(uint32_t enable, void *subscriber, int domain, uint32_t call);
	int (*initialize)(struct ct_profiler_simple *);
	int (*supported)(struct ct_profiler_supported *);
	int (*availability)(struct ct_profiler_availability *);
	int (*chip_name)(struct ct_chip_name *);
	int (*host_initialize)(struct ct_host_initialize *);
	int (*host_deinitialize)(struct ct_host_deinitialize *);
	int (*host_add)(struct ct_host_add_metrics *);
	int (*host_image_size)(struct ct_host_image_size *);
	int (*host_image)(struct ct_host_image *);
	int (*host_passes)(struct ct_host_passes *);
	int (*host_evaluate)(struct ct_host_evaluate *);
	int (*range_enable)(struct ct_range_enable *);
	int (*range_disable)(struct ct_range_simple *);
	int (*range_config)(struct ct_range_config *);
	int (*range_start)(struct ct_range_simple *);
	int (*range_stop)(struct ct_range_stop *);
	int (*range_push)(struct ct_range_push *);
	int (*range_pop)(struct ct_range_simple *);
	int (*range_decode)(struct ct_range_decode *);
	int (*data_size)(struct ct_range_data_size *);
	int (*data_begin)(struct ct_range_data_begin *);
	int (*data_info)(struct ct_range_data_info *);
	int (*range_info)(struct ct_range_info *);
};

struct ct_driver_calls { /* 0 or a CUresult */
	int (*stream_synchronize)(void *stream);
	int (*stream_is_capturing)(void *stream, int *status);
	int (*context_device)(int *device);
	int (*context_push)(void *context);
	int (*context_pop)(void **context);
};

/* Binds everything; else names what is missing, in text that is never freed. */
const char *ct_bind_profiler(struct ct_profiler_calls *);
const char *ct_bind_driver(struct ct_driver_calls *);

#endif
