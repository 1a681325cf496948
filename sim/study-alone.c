/*
 * study-alone - which runs alone a study needs, each once.
 */
#include "sim/study-alone.h"

void ct_study_alone_free(struct ct_study_alone *a)
{
	ct_run_result_free(a->run);
	g_free(a);
}

static struct ct_study_alone *find(GPtrArray *alone, const struct ct_study_cell *cell,
				   size_t tenant, uint64_t requests)
{
	for (guint i = alone->len; i-- > 0;) {
		struct ct_study_alone *a = alone->pdata[i];

		if (a->point != cell->point)
			break; /* cells come point by point */
		if (a->seed == cell->seed && a->tenant == tenant && a->requests == requests)
			return a;
	}
	return NULL;
}

void ct_study_alone_plan(struct ct_study_cell *cell, GPtrArray *alone)
{
	size_t n = cell->run->n_tenants;

	cell->alone = g_new0(const struct ct_study_alone *, n);
	for (size_t t = 0; t < n; t++) {
		uint64_t requests = MIN(cell->run->tenant[t].finished, G_MAXUINT32);
		struct ct_study_alone *a = find(alone, cell, t, requests);

		if (!a && requests > 0) {
			a = g_new0(struct ct_study_alone, 1);
			a->point = cell->point;
			a->seed = cell->seed;
			a->tenant = t;
			a->requests = requests;
			a->scenario = *cell->point->scenario;
			a->scenario.duration_ns = 0;
			a->scenario.min_requests = (uint32_t)requests;
			g_ptr_array_add(alone, a);
		}
		cell->alone[t] = a;
	}
}
