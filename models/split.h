/*
 * split.h - parts of a device by SMs, as CUDA makes them.
 *
 * A green context has a fixed set of SMs, of a size that the compute capability allows:
 * at least `partition.min_sms` and a multiple of `partition.granule_sms` of the board
 * (2 by 2 on 7.x, 4 by 2 on 8.x, 8 by 8 from 9.0 on).  cuDevSmResourceSplitByCount() is
 * asked for a number of groups and the least of each; what is over is the remainder,
 * which is a resource too.  Ignoring SM co-scheduling, single TPCs are enough, and large
 * thread block clusters may not fit any more.  The context itself, outside its parts,
 * still has all SMs: parts isolate neither DRAM nor L2.
 *
 * A TPC mask, as libsmctrl sets it in a launch or a stream, is not bound to these sizes:
 * any set of whole TPCs, which ct_split_size() with IGNORE counts.
 *
 * Source: CUDA programming guide, green contexts; cuda.h of CUDA 13.0; Bakita and
 * Anderson, RTAS 2023 (TPC masks).
 */
#ifndef CT_MODELS_SPLIT_H
#define CT_MODELS_SPLIT_H

#include "models/device.h"

struct ct_split {
	uint32_t groups, group_sms, rest_sms;
};

/* SMs that a part gets of which SMS were asked for; 0: the board has no parts, or not as
 * many SMs. */
uint32_t ct_split_size(const struct ct_device *, uint32_t sms,
		       gboolean ignore_coscheduling);

/* At most GROUPS groups of at least SMS each. */
struct ct_split ct_split_sms(const struct ct_device *, uint32_t groups, uint32_t sms,
			     gboolean ignore_coscheduling);

#endif
