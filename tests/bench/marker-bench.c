/*
 * marker-bench - what a marker costs the program that is recorded, beside its floor.
 *
 * Calls go through NVTX's tables, and the spool is written to a real file.  The floor is
 * what a record cannot do without: the clock and the number of the thread, which is asked
 * for once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/collector/graph.h"
#include "capture/collector/nvtx.h"
#include "tests/bench/measure.h"
#include "tests/bench/rows.h"
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

static int rows;
static double least;

static void show(const char *row, const char *what, double ns)
{
	if (rows)
		rows_print(row, ns, "ns/pair", least, 300, "floor, the clock twice");
	else
		printf("%-38s %7.1f ns, floor %.1f\n", what, ns, least);
}

int main(int argc, char **argv)
{
	struct ct_recording recording;
	struct in_domain in;
	char changing[32], text[101] = "", *flushed;
	double node_ns;
	uintptr_t number = 0;

	ct_recording_init(&recording);
	if (ct_client_init(0, CT_NVTX_CORE_SLOTS, CT_NVTX_CORE2_SLOTS,
			   InitializeInjectionNvtx2) != 1)
		return 1;
	in.domain = ct_domain("a domain");
	in.event = ct_event_registered(ct_register(in.domain, "a registered string"));
	ct_collector.cupti.graph_id = graph_id;
	ct_collector.cupti.graph_node_id = node_id;
	rows = rows_wanted(argc, argv);
	least = ns_each(PAIRS, clock_twice, NULL);
	if (!rows)
		printf("(gettid() by the kernel    %7.1f ns)\n",
		       ns_each(PAIRS, ask_thread, NULL));
	show("marker", "push + pop, 7 bytes", ns_each(PAIRS, text_pair, (char *)"forward"));
	show("marker.long", "push + pop, 100 bytes",
	     ns_each(PAIRS, text_pair, memset(text, '0', sizeof(text) - 1)));
	show("marker.registered", "push + pop, registered",
	     ns_each(PAIRS, registered_pair, &in));
	show("marker.changing", "the same, 1000 names, with snprintf()",
	     ns_each(PAIRS, changing_pair, changing));
	node_ns = ns_each(NODES, node, &number);
	if (rows)
		rows_print("marker.graph_node", node_ns, "ns/node", least, 0,
			   "floor, the clock twice");
	else
		printf("graph node, edge and clone %7.1f ns (without CUPTI's part)\n",
		       node_ns);
	flushed = ct_recording_flush(&recording);
	g_free(flushed);
	ct_recording_clear(&recording);
	return sink == 0;
}
