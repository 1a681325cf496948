/*
 * caps - capabilities and traits in words.
 *
 * Messages, listings and manual pages name them the same way: without CT_CAN_ and in
 * lower case, what a host sees with "sees-" in front.
 */
#include "policies/caps.h"

#include <stdio.h>

const struct ct_cap_word ct_cap_words[] = {
	{ CT_CAN_GATE, "gate", "hold launches back" },
	{ CT_CAN_RANK, "rank", "order lanes already on the device" },
	{ CT_CAN_CONFINE, "confine", "restrict launches to a part of the SMs" },
	{ CT_CAN_SLICE, "slice", "run a grid in pieces" },
	{ CT_CAN_FLUSH, "flush", "take back launches that have not started" },
	{ CT_CAN_SWITCH, "switch", "stop running work, keeping its progress" },
	{ CT_CAN_RESET, "reset", "stop running work, losing its progress" },
	{ CT_CAN_MASK, "mask", "restrict one launch to chosen SMs" },
	{ CT_CAN_TIMESLICE, "timeslice", "set a context's hardware time slice" },
	{ CT_CAN_THROTTLE, "throttle", "limit DRAM or link bandwidth" },
	{ CT_CAN_MEMORY, "memory", "limit, evict and prefetch memory" },
	{ CT_CAN_LAYOUT, "layout", "change the MIG layout" },
	{ CT_CAN_TOGETHER, "together", "start two launches as one" },
	{ CT_CAN_RETREAT, "retreat", "stop running grids where their blocks end" },
	{ CT_SEES_QUEUE, "sees-queue", "see all that waits in a lane, not only its head" },
	{ CT_SEES_START, "sees-start", "see when launches start" },
	{ CT_SEES_SHAPE, "sees-shape", "see blocks, threads and class of a launch" },
	{ CT_SEES_REQUEST, "sees-request", "see where requests begin and end" },
	{ CT_SEES_LENGTH, "sees-length", "estimate how long a launch will run" },
	{ CT_SEES_DEMAND, "sees-demand", "see DRAM demand and roofline class" },
	{ CT_SEES_CURVE, "sees-curve", "estimate run times on fewer SMs" },
	{ CT_SEES_BLOCKS, "sees-blocks", "see blocks start and end" },
	{ CT_SEES_MEMORY, "sees-memory", "see memory pressure" },
	{ 0 },
};

const struct ct_cap_word ct_trait_words[] = {
	{ CT_MAY_STARVE, "may-starve", "lower ranks may wait while a higher one has work" },
	{ CT_MAY_IDLE, "may-idle", "the device may rest while work waits" },
	{ 0 },
};

void ct_caps_list(uint32_t caps, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (const struct ct_cap_word *w = ct_cap_words; w->bit; w++) {
		int n = 0;

		if (caps & w->bit)
			n = snprintf(text + used, size - used, "%s%s", used ? ", " : "",
				     w->name);
		used += (size_t)n;
		if (used >= size)
			return;
	}
}
