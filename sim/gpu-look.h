/*
 * gpu-look.h - what stands where on a gpu, for whoever explains a run.
 *
 * Between two instants nothing on the gpu changes but the work done, so a listener that
 * is told each such span (struct ct_gpu_options, `span`), and looks, knows everything.
 * Looking changes nothing.  Lengths are in the gpu's own time: those in which it stood
 * still belong to no span.
 */
#ifndef CT_SIM_GPU_LOOK_H
#define CT_SIM_GPU_LOOK_H

#include <stdbool.h>

#include "sim/gpu.h"

/* Grids with a block on the SMs now, each once.  *AT is 0 for the first and is moved on to
 * the next; false past the last. */
struct ct_gpu_running {
	const struct ct_grid *grid;
	uint32_t blocks;               /* resident */
	uint32_t lost[CT_CONTENTIONS]; /* of each ns, to others: in 2^-16 */
};
bool ct_gpu_running(const struct ct_gpu *, uint32_t *at, struct ct_gpu_running *out);

/* Why a submitted grid without a block has none. */
enum ct_gpu_wait {
	CT_GPU_WAITS_ENTRY,    /* as many grids are resident as the device holds */
	CT_GPU_WAITS_PRIORITY, /* *WHOM heads a queue of higher priority */
	CT_GPU_WAITS_QUEUE,    /* *WHOM heads its own queue, and has no room */
	CT_GPU_WAITS_ROOM,     /* it is the head, and there is no room; *WHOM is NULL */
};
enum ct_gpu_wait ct_gpu_waits(const struct ct_gpu *, const struct ct_grid *,
			      const struct ct_grid **whom);

/* Whether blocks of one can be on an SM that the other may use. */
bool ct_gpu_grids_meet(const struct ct_gpu *, const struct ct_grid *,
		       const struct ct_grid *);

#endif
