/*
 * preemption - how long it takes to stop a task, by how it is stopped
 *
 * XSched (Shen et al., OSDI 2025) reports the 99th percentile of the time until a task
 * whose commands take T = 0.5 ms each, eight in flight, has stopped on a GV100: about 8 T
 * if what is in flight has to drain (level 1), about T if what is queued is taken back
 * (level 2), and 32 us if what runs is interrupted (level 3), whatever T is.  The same
 * scenario is run with the shipped actuators; nothing is fitted to it, but the context
 * switch of xsched-l3 has its 32 us from there.
 */
#include "experiments/ground-truth/truth.h"
#include "sim/sharing.h"
#include "tests/unit/xsched-case.h"

#define T_NS INT64_C(500000)

static const struct {
	const char *name, *actuator, *level;
	uint32_t mode;
	int64_t t_ns;
	double measured_us;
	gboolean fitted;
} levels[] = {
	{ "level 1, T = 0.5 ms", "xsched-l2", "credit", CT_SHARING_STREAMS, T_NS, 4000,
	  FALSE },
	{ "level 2, T = 0.5 ms", "xsched-l2", "queued", CT_SHARING_STREAMS, T_NS, 500,
	  FALSE },
	{ "level 3, T = 0.5 ms", "xsched-l3", "switch", CT_SHARING_PROCESS, T_NS, 32,
	  TRUE },
	{ "level 3, T = 2 ms", "xsched-l3", "switch", CT_SHARING_PROCESS, 4 * T_NS, 32,
	  TRUE },
};

gboolean truth_preemption(struct truth_group *group, GError **error)
{
	group->unit = "us, P99";
	group->control = "one command: T, however the task is stopped";
	for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
		int64_t ns = xsched_p99_ns(levels[i].actuator, levels[i].level,
					   levels[i].mode, levels[i].t_ns);

		truth_row(group, levels[i].measured_us, (double)ns * 1e-3,
			  (double)levels[i].t_ns * 1e-3, "%s", levels[i].name)
			->fitted = levels[i].fitted;
	}
	truth_note(group,
		   "device v100-sxm2; what is above the published figures is what the "
		   "gate costs the arriving kernel, which they do not have, and the "
		   "tax of 2.1 %% on kernels that can be taken back");
	return TRUE;
}
