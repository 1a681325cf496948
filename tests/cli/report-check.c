/*
 * report-check - is standard input a report as cotenant-report(5) promises it?
 *
 * Every key must be in the table below with its type, and every key of the table must
 * be there: a key that is renamed, dropped or added unnoticed fails the test.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* o object, O object with free keys, l list, s text, i whole number, n number, b boolean,
 * v number or text, "@path" as described there; '?' behind it: or null, '-' behind it: or
 * left out.  A list's items are at "key[]". */
static const struct {
	const char *path, *type;
} keys[] = {
	{ "cotenant", "s" },
	{ "version", "s" },
	{ "seed", "i" },
	{ "scenario", "O" },
	{ "inputs", "l" },
	{ "inputs[]", "o" },
	{ "inputs[].path", "s" },
	{ "inputs[].sha256", "s" },
	{ "device", "o" },
	{ "device.name", "s" },
	{ "device.title", "s" },
	{ "device.sms", "i" },
	{ "sharing_mode", "s" },
	{ "engine", "s" },
	{ "actuator", "s" },
	{ "warnings", "l" },
	{ "warnings[]", "s" },
	{ "unsupported", "l" },
	{ "unsupported[]", "o" },
	{ "unsupported[].policy", "s" },
	{ "unsupported[].reason", "s" },
	{ "expectations", "l" },
	{ "expectations[]", "o" },
	{ "expectations[].path", "s" },
	{ "expectations[].policy", "s?" },
	{ "expectations[].sweep", "O" },
	{ "expectations[].repeat", "i" },
	{ "expectations[].min", "n?" },
	{ "expectations[].max", "n?" },
	{ "expectations[].value", "n?" },
	{ "expectations[].met", "b" },
	{ "results", "l" },
	{ "results[]", "o" },
	{ "results[].policy", "s" },
	{ "results[].params", "O" },
	{ "results[].sweep", "O" },
	{ "results[].repeat", "i" },
	{ "results[].seed", "i" },
	{ "results[].digest", "s" },
	{ "results[].kernels", "i" },
	{ "results[].events", "i" },
	{ "results[].wall_s", "n" },
	{ "results[].events_per_s", "n?" },
	{ "results[].ejected", "s?" },
	{ "results[].timed_out", "b" },
	{ "results[].broker_load", "n" },
	{ "results[].tenants", "l" },
	{ "results[].tenants[]", "o" },
	{ "results[].tenants[].name", "s" },
	{ "results[].tenants[].count", "i" },
	{ "results[].tenants[].asked", "i" },
	{ "results[].tenants[].finished", "i" },
	{ "results[].tenants[].kernels", "i" },
	{ "results[].tenants[].latency_ns", "o" },
	{ "results[].tenants[].latency_ns.mean", "n?" },
	{ "results[].tenants[].latency_ns.p50", "i?" },
	{ "results[].tenants[].latency_ns.p90", "i?" },
	{ "results[].tenants[].latency_ns.p99", "i?" },
	{ "results[].tenants[].latency_ns.max", "i?" },
	{ "results[].tenants[].alone_latency_ns", "o" },
	{ "results[].tenants[].alone_latency_ns.mean", "n?" },
	{ "results[].tenants[].alone_latency_ns.p50", "i?" },
	{ "results[].tenants[].alone_latency_ns.p90", "i?" },
	{ "results[].tenants[].alone_latency_ns.p99", "i?" },
	{ "results[].tenants[].alone_latency_ns.max", "i?" },
	{ "results[].tenants[].throughput_per_s", "n" },
	{ "results[].tenants[].slowdown", "n?" },
	{ "results[].tenants[].slo_attainment", "n?" },
	{ "results[].tenants[].time_ns", "o" },
	{ "results[].tenants[].time_ns.launch", "i" },
	{ "results[].tenants[].time_ns.stream_order", "i" },
	{ "results[].tenants[].time_ns.gate", "i" },
	{ "results[].tenants[].time_ns.channel", "i" },
	{ "results[].tenants[].time_ns.context_switch", "i" },
	{ "results[].tenants[].time_ns.preemption", "i" },
	{ "results[].tenants[].time_ns.copy_engine", "i" },
	{ "results[].tenants[].time_ns.priority", "i" },
	{ "results[].tenants[].time_ns.sm_room", "i" },
	{ "results[].tenants[].time_ns.gap", "i" },
	{ "results[].tenants[].time_ns.running", "i" },
	{ "results[].tenants[].time_ns.dram", "i" },
	{ "results[].tenants[].time_ns.l2", "i" },
	{ "results[].tenants[].time_ns.sm", "i" },
	{ "results[].tenants[].turnaround_ns", "i" },
	{ "results[].tenants[].unstable", "b" },
	{ "results[].tenants[].backlog", "i" },
	{ "results[].tenants[].taken_back", "i" },
	{ "results[].tenants[].blocks_lost", "i" },
	{ "results[].tenants[].replay_error", "o?" },
	{ "results[].tenants[].replay_error.start_ns", "o" },
	{ "results[].tenants[].replay_error.start_ns.p50", "i" },
	{ "results[].tenants[].replay_error.start_ns.p90", "i" },
	{ "results[].tenants[].replay_error.start_ns.max", "i" },
	{ "results[].tenants[].replay_error.makespan_pct", "n?" },
	{ "results[].tenants[].replay_error.control_1ns_pct", "n?" },
	{ "results[].tenants[].sources", "o" },
	{ "results[].tenants[].sources.time_pct", "o" },
	{ "results[].tenants[].sources.time_pct.alone", "n" },
	{ "results[].tenants[].sources.time_pct.other_launches", "n" },
	{ "results[].tenants[].sources.time_pct.overlapped", "n" },
	{ "results[].tenants[].sources.time_pct.guessed_shape", "n" },
	{ "results[].tenants[].sources.dram_pct", "o" },
	{ "results[].tenants[].sources.dram_pct.measured", "n" },
	{ "results[].tenants[].sources.dram_pct.formula", "n" },
	{ "results[].tenants[].sources.dram_pct.guess", "n" },
	{ "results[].tenants[].sources.dram_pct.unknown", "n" },
	{ "results[].tenants[].sources.estimator", "s" },
	{ "results[].tenants[].sources.graphs", "o-" },
	{ "results[].tenants[].sources.graphs.launches", "i" },
	{ "results[].tenants[].sources.graphs.by_edges", "i" },
	{ "results[].tenants[].sources.green_pct", "n-" },
	{ "results[].tenants[].sources.sms_pct", "o-" },
	{ "results[].tenants[].sources.sms_pct.measured", "n" },
	{ "results[].tenants[].sources.sms_pct.in_trace", "n" },
	{ "results[].tenants[].sources.sms_pct.formula", "n" },
	{ "results[].tenants[].sources.rules", "l" },
	{ "results[].tenants[].sources.rules[]", "o" },
	{ "results[].tenants[].sources.rules[].kind", "s" },
	{ "results[].tenants[].sources.rules[].pct", "n" },
	{ "results[].tenants[].sources.rules[].from", "s" },
	{ "results[].tenants[].sources.rules[].dram_permille", "l" },
	{ "results[].tenants[].sources.rules[].dram_permille[]", "i" },
	{ "results[].system", "o" },
	{ "results[].system.stp", "n?" },
	{ "results[].system.antt", "n?" },
	{ "results[].system.fairness", "n?" },
	{ "results[].system.jain", "n?" },
	{ "results[].system.sm_active", "n" },
	{ "results[].system.occupancy", "n" },
	{ "results[].system.dram_share", "n?" },
	{ "results[].system.makespan_ns", "i" },
	{ "summary", "l" },
	{ "summary[]", "o" },
	{ "summary[].policy", "s" },
	{ "summary[].params", "O" },
	{ "summary[].sweep", "O" },
	{ "summary[].repeats", "i" },
	{ "summary[].distinct", "i" },
	{ "summary[].tenants", "l" },
	{ "summary[].tenants[]", "o" },
	{ "summary[].tenants[].name", "s" },
	{ "summary[].tenants[].count", "@interval" },
	{ "summary[].tenants[].latency_mean_ns", "@interval" },
	{ "summary[].tenants[].latency_p50_ns", "@interval" },
	{ "summary[].tenants[].latency_p90_ns", "@interval" },
	{ "summary[].tenants[].latency_p99_ns", "@interval" },
	{ "summary[].tenants[].latency_max_ns", "@interval" },
	{ "summary[].tenants[].throughput_per_s", "@interval" },
	{ "summary[].tenants[].slowdown", "@interval" },
	{ "summary[].tenants[].slo_attainment", "@interval" },
	{ "summary[].system", "o" },
	{ "summary[].system.stp", "@interval" },
	{ "summary[].system.antt", "@interval" },
	{ "summary[].system.fairness", "@interval" },
	{ "summary[].system.jain", "@interval" },
	{ "summary[].system.sm_active", "@interval" },
	{ "summary[].system.occupancy", "@interval" },
	{ "summary[].system.dram_share", "@interval" },
	{ "summary[].system.makespan_ns", "@interval" },
	{ "@interval", "o" },
	{ "@interval.mean", "n?" },
	{ "@interval.half_width", "n?" },
	{ "@interval.best", "b" },
	{ "sensitivity", "o-" },
	{ "sensitivity.factors", "l" },
	{ "sensitivity.factors[]", "o" },
	{ "sensitivity.factors[].name", "s" },
	{ "sensitivity.factors[].low", "v" },
	{ "sensitivity.factors[].value", "v" },
	{ "sensitivity.factors[].high", "v" },
	{ "sensitivity.factors[].from", "s?" },
	{ "sensitivity.variants", "l" },
	{ "sensitivity.variants[]", "o" },
	{ "sensitivity.variants[].name", "s" },
	{ "sensitivity.variants[].joint", "b" },
	{ "sensitivity.variants[].changes", "O" },
	{ "sensitivity.spreads", "l" },
	{ "sensitivity.spreads[]", "o" },
	{ "sensitivity.spreads[].policy", "s" },
	{ "sensitivity.spreads[].tenant", "s?" },
	{ "sensitivity.spreads[].figure", "s" },
	{ "sensitivity.spreads[].value", "n" },
	{ "sensitivity.spreads[].least", "n" },
	{ "sensitivity.spreads[].most", "n" },
	{ "sensitivity.spreads[].least_with", "s?" },
	{ "sensitivity.spreads[].most_with", "s?" },
	{ "sensitivity.orders", "i" },
	{ "sensitivity.flips", "l" },
	{ "sensitivity.flips[]", "o" },
	{ "sensitivity.flips[].figure", "s" },
	{ "sensitivity.flips[].tenant", "s?" },
	{ "sensitivity.flips[].better", "s" },
	{ "sensitivity.flips[].worse", "s" },
	{ "sensitivity.flips[].better_value", "n" },
	{ "sensitivity.flips[].worse_value", "n" },
	{ "sensitivity.flips[].not_with", "l" },
	{ "sensitivity.flips[].not_with[]", "s" },
	{ "explain", "l-" },
	{ "explain[]", "o" },
	{ "explain[].what", "s" },
	{ "explain[].operations", "i" },
	{ "explain[].turnaround_ns", "i" },
	{ "explain[].time_ns", "O" },
	{ "explain[].once_ns", "O" },
	{ "explain[].because_of", "l" },
	{ "explain[].because_of[]", "@blame" },
	{ "explain[].slowest_requests", "l" },
	{ "explain[].slowest_requests[]", "o" },
	{ "explain[].slowest_requests[].number", "i" },
	{ "explain[].slowest_requests[].copy", "i" },
	{ "explain[].slowest_requests[].arrived_ns", "i" },
	{ "explain[].slowest_requests[].start_ns", "i" },
	{ "explain[].slowest_requests[].end_ns", "i" },
	{ "explain[].slowest_requests[].idle_ns", "i" },
	{ "explain[].slowest_requests[].operations", "i" },
	{ "explain[].slowest_requests[].once_ns", "O" },
	{ "explain[].slowest_requests[].because_of", "l" },
	{ "explain[].slowest_requests[].because_of[]", "@blame" },
	{ "explain[].slowest_requests[].worst", "l" },
	{ "explain[].slowest_requests[].worst[]", "@story" },
	{ "explain[].worst", "l" },
	{ "explain[].worst[]", "@story" },
	{ "@blame", "o" },
	{ "@blame.cause", "s" },
	{ "@blame.tenant", "s?" },
	{ "@blame.ns", "i" },
	{ "@story", "o" },
	{ "@story.tenant", "s" },
	{ "@story.copy", "i" },
	{ "@story.number", "i" },
	{ "@story.name", "s" },
	{ "@story.kind", "s" },
	{ "@story.stream", "i" },
	{ "@story.why", "s?" },
	{ "@story.issued_ns", "i" },
	{ "@story.released_ns", "i" },
	{ "@story.arrival_ns", "i" },
	{ "@story.predecessor_ns", "i" },
	{ "@story.ready_ns", "i" },
	{ "@story.start_ns", "i" },
	{ "@story.end_ns", "i" },
	{ "@story.kernel", "o?" },
	{ "@story.kernel.blocks", "i" },
	{ "@story.kernel.blocks_per_sm", "i" },
	{ "@story.kernel.waves", "i" },
	{ "@story.kernel.sms", "i" },
	{ "@story.kernel.priority", "i" },
	{ "@story.kernel.part", "i" },
	{ "@story.kernel.shape_guessed", "b" },
	{ "@story.predecessor", "o?" },
	{ "@story.predecessor.tenant", "s" },
	{ "@story.predecessor.copy", "i" },
	{ "@story.predecessor.number", "i" },
	{ "@story.predecessor.name", "s" },
	{ "@story.time_ns", "O" },
	{ "@story.because_of", "l" },
	{ "@story.because_of[]", "@blame" },
	{ "@story.culprits", "l" },
	{ "@story.culprits[]", "o" },
	{ "@story.culprits[].tenant", "s" },
	{ "@story.culprits[].copy", "i" },
	{ "@story.culprits[].number", "i" },
	{ "@story.culprits[].name", "s" },
	{ "@story.culprits[].cause", "s" },
	{ "@story.culprits[].ahead", "b" },
	{ "@story.culprits[].sms", "i" },
	{ "@story.culprits[].ns", "i" },
};
enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

static int failures;

static void fail(const char *path, const char *what)
{
	fprintf(stderr, "report-check: %s: %s\n", path, what);
	failures++;
}

static int fits(const json_t *value, char type)
{
	switch (type) {
	case 'o':
	case 'O':
		return json_is_object(value);
	case 'l':
		return json_is_array(value);
	case 's':
		return json_is_string(value);
	case 'i':
		return json_is_integer(value);
	case 'n':
		return json_is_number(value);
	case 'b':
		return json_is_boolean(value);
	case 'v':
		return json_is_number(value) || json_is_string(value);
	}
	return 0;
}

static void check(const char *path, json_t *value);

/* Every key of the table directly below PATH must be in OBJECT, unless it may be left
 * out: an expectation of a policy that did not run has no run to name. */
static void check_missing(const char *path, json_t *object)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < N_KEYS; i++) {
		const char *below = keys[i].path;

		if (length && (strncmp(below, path, length) != 0 || below[length] != '.'))
			continue;
		below += length ? length + 1 : 0;
		if (strpbrk(below, ".[@") || json_object_get(object, below))
			continue;
		if (keys[i].type[1] == '-')
			continue;
		if (strncmp(path, "expectations", strlen("expectations")) == 0)
			continue;
		fail(keys[i].path, "is missing");
	}
}

static void check_object(const char *path, json_t *object)
{
	const char *name;
	json_t *value;
	char below[256];

	json_object_foreach(object, name, value) {
		snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", name);
		check(below, value);
	}
	check_missing(path, object);
}

static void check_list(const char *path, json_t *list)
{
	char below[256];
	json_t *item;
	size_t i;

	snprintf(below, sizeof(below), "%s[]", path);
	json_array_foreach(list, i, item)
		check(below, item);
}

static void check(const char *path, json_t *value)
{
	size_t i = 0;

	while (i < N_KEYS && strcmp(keys[i].path, path) != 0)
		i++;
	if (i == N_KEYS) {
		fail(path, "is not described");
		return;
	}
	if (keys[i].type[0] == '@') {
		check(keys[i].type, value);
		return;
	}
	if (json_is_null(value) && keys[i].type[1] == '?')
		return;
	if (!fits(value, keys[i].type[0]))
		fail(path, "has another type");
	else if (keys[i].type[0] == 'o')
		check_object(path, value);
	else if (keys[i].type[0] == 'l')
		check_list(path, value);
}

/* The causes sum to the turnaround, which is measured apart from them. */
static void check_sums(json_t *report)
{
	json_t *result, *tenant, *time;
	size_t i, j;

	json_array_foreach(json_object_get(report, "results"), i, result) {
		json_array_foreach(json_object_get(result, "tenants"), j, tenant) {
			json_int_t sum = 0;
			const char *cause;

			json_object_foreach(json_object_get(tenant, "time_ns"), cause, time)
				sum += json_integer_value(time);
			if (sum !=
			    json_integer_value(json_object_get(tenant, "turnaround_ns")))
				fail("time_ns", "does not sum to turnaround_ns");
		}
	}
}

/* Of all kernel time it is said where its demand comes from. */
static void check_sources(json_t *report)
{
	json_t *result, *tenant, *percent;
	size_t i, j;

	json_array_foreach(json_object_get(report, "results"), i, result) {
		json_array_foreach(json_object_get(result, "tenants"), j, tenant) {
			json_t *sources = json_object_get(tenant, "sources");
			double sum = 0;
			const char *name;

			json_object_foreach(json_object_get(sources, "dram_pct"), name,
					    percent)
				sum += json_number_value(percent);
			if (sum < 99.999 || sum > 100.001)
				fail("sources.dram_pct", "does not sum to 100");
		}
	}
}

static json_int_t sum_of(json_t *times)
{
	json_int_t sum = 0;
	const char *cause;
	json_t *ns;

	json_object_foreach(times, cause, ns)
		sum += json_integer_value(ns);
	return sum;
}

/* So do those of each operation that is told, and of all that a tenant did. */
static void check_explained(json_t *report)
{
	json_t *view, *story;
	size_t i, j;

	json_array_foreach(json_object_get(report, "explain"), i, view) {
		if (sum_of(json_object_get(view, "time_ns")) !=
		    json_integer_value(json_object_get(view, "turnaround_ns")))
			fail("explain[].time_ns", "does not sum to turnaround_ns");
		json_array_foreach(json_object_get(view, "worst"), j, story)
			if (sum_of(json_object_get(story, "time_ns")) !=
			    json_integer_value(json_object_get(story, "end_ns")) -
				    json_integer_value(json_object_get(story, "issued_ns")))
				fail("explain[].worst[].time_ns", "is not its time");
	}
}

int main(void)
{
	json_error_t where;
	json_t *report = json_loadf(stdin, JSON_REJECT_DUPLICATES, &where);

	if (!report) {
		fprintf(stderr, "report-check: line %d: %s\n", where.line, where.text);
		return EXIT_FAILURE;
	}
	check_object("", report);
	check_sums(report);
	check_explained(report);
	check_sources(report);
	json_decref(report);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
