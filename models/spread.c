/*
 * spread - blocks of one kernel that do not all take equally long; see spread.h.
 */
#include "models/spread.h"

typedef unsigned __int128 u128;

/*
 * The strata, in eighths of the spread, in the order in which eight portions take them;
 * the next eight begin three further on.  (If all began alike, the portion after the
 * shortest would always be the longest, and they would come back into step.)
 */
static const int8_t strata[CT_SPREAD_STRATA] = { 7, -1, 3, -5, 5, -3, 1, -7 };

#define LONGEST 7

void ct_spread_work(const struct ct_device *device, const struct ct_block_need *need,
		    uint32_t permille, struct ct_kernel_work *work)
{
	uint64_t waves = 1000 * CT_SPREAD_STRATA * ct_waves(device, need, device->sms);
	u128 mean = (u128)work->block_work * waves / (waves + LONGEST * permille);

	work->block_work = MAX((uint64_t)mean, CT_WORK_ONE);
	work->spread_permille = (uint16_t)permille;
}

uint64_t ct_portion_work(const struct ct_kernel_work *work, uint32_t portion)
{
	uint32_t round = portion / CT_SPREAD_STRATA;
	int8_t stratum = strata[(portion + 3 * round) % CT_SPREAD_STRATA];
	uint32_t eighths = (uint32_t)(stratum < 0 ? -stratum : stratum);
	uint64_t part = (uint64_t)((u128)work->block_work * work->spread_permille *
				   eighths / (1000 * CT_SPREAD_STRATA));
	uint64_t result = stratum < 0 ? work->block_work - part : work->block_work + part;

	return MAX(result, CT_WORK_ONE);
}

uint32_t ct_portion_blocks(const struct ct_block_need *need, uint32_t sms)
{
	uint64_t held = MIN(need->blocks, (uint64_t)need->blocks_per_sm * sms);
	uint64_t clusters = MAX(need->cluster, 1) * (uint64_t)CT_SPREAD_STRATA;

	return (uint32_t)((held + clusters - 1) / clusters * MAX(need->cluster, 1));
}
