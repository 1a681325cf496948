/*
 * marker-bench - what a marker costs the program that is recorded, beside its floor.
 *
 * Calls go through NVTX's tables, and the spool is written to a real file.  The floor is
 * what a record cannot do without: the clock and the number of the thread, which is asked
 * for once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/graph.h"
#include "capture/collector/nvtx.h"
#include "tests/bench/measure.h"
#include "tests/capture/nvtx-client.h"
#include "tests/capture/recording.h"

enum { PAIRS = 100000, RUNS = 7, NODES = 100000 };

/* Nanoseconds of this thread for one of N rounds of WORK(DATA), the median of RUNS. */
static double ns_each(int n, void (*work)(void *), void *data)
{
	double ns[RUNS];

	for (int i = 0; i < RUNS; i++) {
		double began = measure_cpu_s();

		for (int k = 0; k < n; k++)
			work(data);
		ns[i] = (measure_cpu_s() - began) / n * 1e9;
	}
	return measure_median(ns, RUNS);
}

static int64_t sink;

static void clock_twice(void *data)
{
	(void)data;
	sink += ct_collector_now();
	sink += ct_collector_now();
}

static void ask_thread(void *data)
{
	(void)data;
	sink += syscall(SYS_gettid);
}

static void text_pair(void *data)
{
	ct_push(data);
	ct_pop();
}

struct in_domain {
	void *domain;
	struct ct_nvtx_attributes event;
};

static void registered_pair(void *data)
{
	struct in_domain *in = data;

	ct_push_event(in->domain, &in->event);
	ct_domain_pop(in->domain);
}

static void changing_pair(void *data)
{
	static int number;

	snprintf(data, 32, "iteration %d", number++ % 1000);
	ct_push(data);
	ct_pop();
}

static int graph_id(void *graph, uint32_t *id)
{
	*id = (uint32_t)(uintptr_t)graph;
	return CT_CUPTI_OK;
}

static int node_id(void *node, uint64_t *id)
{
	*id = (uintptr_t)node;
	return CT_CUPTI_OK;
}

/* A node, its edge and its clone. */
static void node(void *data)
{
	uintptr_t number = ++*(uintptr_t *)data;
	struct ct_cupti_graph graph = { .graph = (void *)1,
					.node = (void *)(number + 1),
					.dependency = (void *)number,
					.original_graph = (void *)2,
					.original_node = (void *)number };
	struct ct_cupti_resource resource = { .descriptor = &graph };

	ct_graph_hook.resource(&ct_collector, CT_CUPTI_NODE_CREATED, &resource);
	ct_graph_hook.resource(&ct_collector, CT_CUPTI_EDGE_CREATED, &resource);
	ct_graph_hook.resource(&ct_collector, CT_CUPTI_NODE_CLONED, &resource);
}

int main(void)
{
	struct ct_recording recording;
	struct in_domain in;
	char changing[32], *flushed;
	uintptr_t number = 0;

	ct_recording_init(&recording);
	if (ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
			   InitializeInjectionNvtx2) != 1)
		return 1;
	in.domain = ct_domain("a domain");
	in.event = ct_event_registered(ct_register(in.domain, "a registered string"));
	ct_collector.cupti.graph_id = graph_id;
	ct_collector.cupti.graph_node_id = node_id;
	printf("floor: clock, twice        %7.1f ns\n", ns_each(PAIRS, clock_twice, NULL));
	printf("(gettid() by the kernel    %7.1f ns)\n", ns_each(PAIRS, ask_thread, NULL));
	printf("push + pop, 7 bytes        %7.1f ns\n",
	       ns_each(PAIRS, text_pair, (char *)"forward"));
	printf("push + pop, 100 bytes      %7.1f ns\n",
	       ns_each(PAIRS, text_pair,
		       (char *)"01234567890123456789012345678901234567890123456789012345678"
			       "90"
			       "12345678901234567890123456789012345678"));
	printf("push + pop, registered     %7.1f ns\n",
	       ns_each(PAIRS, registered_pair, &in));
	printf("the same, 1000 names       %7.1f ns (with snprintf())\n",
	       ns_each(PAIRS, changing_pair, changing));
	printf("graph node, edge and clone %7.1f ns (without CUPTI's part)\n",
	       ns_each(NODES, node, &number));
	flushed = ct_recording_flush(&recording);
	g_free(flushed);
	ct_recording_clear(&recording);
	return sink == 0;
}
