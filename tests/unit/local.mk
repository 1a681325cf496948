# Unit tests: tests/unit/NAME.c holds the tests of one module.  Each exits 0, 1 or 77.
UNIT_TESTS = \
	tests/unit/actuator \
	tests/unit/api-call \
	tests/unit/arrival \
	tests/unit/assemble \
	tests/unit/broker \
	tests/unit/broker-limits \
	tests/unit/cluster \
	tests/unit/confine \
	tests/unit/confined \
	tests/unit/copy-engine \
	tests/unit/crew \
	tests/unit/contention \
	tests/unit/broker-recall \
	tests/unit/curve \
	tests/unit/decimal \
	tests/unit/device \
	tests/unit/driver-call \
	tests/unit/engine-distance \
	tests/unit/engine-distance-real \
	tests/unit/estimate \
	tests/unit/event \
	tests/unit/expected-stats \
	tests/unit/explain \
	tests/unit/explain-random \
	tests/unit/explain-words \
	tests/unit/figures \
	tests/unit/fluid \
	tests/unit/export \
	tests/unit/generate \
	tests/unit/gpu-alone \
	tests/unit/gpu-contract \
	tests/unit/gpu-exact \
	tests/unit/gpu-mutants \
	tests/unit/ground-truth \
	tests/unit/import-csv \
	tests/unit/import-kineto \
	tests/unit/import-nsys \
	tests/unit/import-orion \
	tests/unit/import-spool \
	tests/unit/import-spool-graphs \
	tests/unit/join-curves \
	tests/unit/join-counters \
	tests/unit/kernel-name \
	tests/unit/metrics \
	tests/unit/mig \
	tests/unit/ncu-csv \
	tests/unit/occupancy \
	tests/unit/program \
	tests/unit/real-traces \
	tests/unit/run-calls \
	tests/unit/run-cold-l2 \
	tests/unit/run-contexts \
	tests/unit/run-graph \
	tests/unit/run-green \
	tests/unit/run-order \
	tests/unit/run-overlap \
	tests/unit/run-copies \
	tests/unit/run-engine \
	tests/unit/run-policies \
	tests/unit/run-preempt \
	tests/unit/run-requests \
	tests/unit/run-xsched \
	tests/unit/scenario \
	tests/unit/sorter \
	tests/unit/split \
	tests/unit/spread \
	tests/unit/stats \
	tests/unit/strands \
	tests/unit/timeline \
	tests/unit/trace-cut \
	tests/unit/trace-parts \
	tests/unit/trace-roundtrip \
	tests/unit/work
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

tests_unit_broker_limits_SOURCES = tests/unit/broker-limits.c tests/unit/broker-hooks.h
tests_unit_broker_limits_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_broker_limits_LDADD = policies/libbroker.la $(CHECK_LIBS)

tests_unit_broker_recall_SOURCES = tests/unit/broker-recall.c tests/unit/broker-hooks.h
tests_unit_broker_recall_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_broker_recall_LDADD = policies/libbroker.la $(CHECK_LIBS)

tests_unit_broker_SOURCES = tests/unit/broker.c tests/unit/broker-hooks.h
tests_unit_broker_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_broker_LDADD = policies/libbroker.la $(CHECK_LIBS)

tests_unit_copy_engine_SOURCES = tests/unit/copy-engine.c
tests_unit_copy_engine_LDADD = sim/libsim.la
tests_unit_contention_SOURCES = tests/unit/contention.c
tests_unit_contention_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_contention_LDADD = models/libmodels.la $(CHECK_LIBS) -lm

tests_unit_actuator_SOURCES = tests/unit/actuator.c
tests_unit_actuator_LDADD = models/libmodels.la

tests_unit_device_SOURCES = tests/unit/device.c
tests_unit_device_LDADD = models/libmodels.la

tests_unit_mig_SOURCES = tests/unit/mig.c
tests_unit_mig_LDADD = models/libmodels.la

tests_unit_split_SOURCES = tests/unit/split.c
tests_unit_split_LDADD = models/libmodels.la policies/libbroker.la $(GLIB_LIBS)

tests_unit_strands_SOURCES = tests/unit/strands.c
tests_unit_strands_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_strands_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_spread_SOURCES = tests/unit/spread.c
tests_unit_spread_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_spread_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_cluster_SOURCES = tests/unit/cluster.c
tests_unit_cluster_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_cluster_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_occupancy_SOURCES = tests/unit/occupancy.c
tests_unit_occupancy_LDADD = models/libmodels.la $(ZLIB_LIBS)
EXTRA_DIST += tests/data/README.md tests/data/occupancy_golden.csv.gz

TRACE_SAMPLE = tests/unit/trace-sample.c tests/unit/trace-sample.h
TRACE_TEST_LIBS = traces/libtraces.la $(CHECK_LIBS)

tests_unit_trace_roundtrip_SOURCES = tests/unit/trace-roundtrip.c $(TRACE_SAMPLE)
tests_unit_trace_roundtrip_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trace_roundtrip_LDADD = $(TRACE_TEST_LIBS)

tests_unit_sorter_SOURCES = tests/unit/sorter.c
tests_unit_sorter_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_sorter_LDADD = $(TRACE_TEST_LIBS)

# The engine: what it promises, its random cases, and what they would notice.
GPU_CASE = tests/unit/dice.h tests/unit/gpu-case.c tests/unit/gpu-case.h \
	tests/unit/gpu-driver.c tests/unit/gpu-laws.c tests/unit/naive-gpu.c tests/unit/naive-gpu.h \
	tests/unit/naive-internal.h tests/unit/naive-place.c tests/unit/naive-rates.c tests/unit/naive-sm.c

tests_unit_gpu_contract_SOURCES = tests/unit/gpu-contract.c
tests_unit_gpu_contract_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_gpu_contract_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_gpu_alone_SOURCES = tests/unit/gpu-alone.c tests/unit/dram-work.h
tests_unit_gpu_alone_LDADD = sim/libsim.la

tests_unit_gpu_exact_SOURCES = tests/unit/gpu-exact.c $(GPU_CASE)
tests_unit_gpu_exact_LDADD = sim/libsim.la

tests_unit_decimal_SOURCES = tests/unit/decimal.c
tests_unit_decimal_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_decimal_LDADD = $(TRACE_TEST_LIBS)

tests_unit_work_SOURCES = tests/unit/work.c tests/unit/dram-work.h
tests_unit_work_LDADD = models/libmodels.la
tests_unit_gpu_mutants_SOURCES = tests/unit/gpu-mutants.c $(GPU_CASE) sim/gpu.c \
	sim/fluid-check.c sim/fluid-queue.c sim/fluid-rates.c sim/fluid-wave.c sim/fluid.c sim/gpu-cap.c sim/gpu-check.c sim/gpu-classes.c sim/gpu-cluster.c sim/gpu-engine.c sim/gpu-place.c sim/gpu-queue.c sim/gpu-rates.c \
	sim/gpu-recall.c sim/gpu-refill.c sim/gpu-registers.c sim/gpu-strands.c
tests_unit_gpu_mutants_CPPFLAGS = $(AM_CPPFLAGS) -DCT_MUTANTS
tests_unit_gpu_mutants_LDADD = models/libmodels.la

.PHONY: nightly
nightly: tests/unit/gpu-exact
	tests/unit/gpu-exact 100000 1000000

tests_unit_arrival_SOURCES = tests/unit/arrival.c
tests_unit_arrival_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_arrival_LDADD = sim/libsim.la $(CHECK_LIBS) -lm

tests_unit_crew_SOURCES = tests/unit/crew.c
tests_unit_crew_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_crew_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_metrics_SOURCES = tests/unit/metrics.c
tests_unit_metrics_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_metrics_LDADD = sim/libsim.la $(CHECK_LIBS) -lm

tests_unit_scenario_SOURCES = tests/unit/scenario.c
tests_unit_scenario_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_scenario_LDADD = sim/libsim.la $(CHECK_LIBS) -lm

tests_unit_timeline_SOURCES = tests/unit/timeline.c
tests_unit_timeline_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_timeline_LDADD = sim/libsim.la $(CHECK_LIBS) -lm

TINY_TRACE = tests/unit/tiny-trace.c tests/unit/tiny-trace.h

tests_unit_stats_SOURCES = tests/unit/stats.c $(TINY_TRACE)
tests_unit_stats_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_stats_LDADD = $(TRACE_TEST_LIBS) -lm

tests_unit_generate_SOURCES = tests/unit/generate.c $(TINY_TRACE)
tests_unit_generate_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_generate_LDADD = $(TRACE_TEST_LIBS) -lm

tests_unit_trace_parts_SOURCES = tests/unit/trace-parts.c $(TINY_TRACE) $(TRACE_SAMPLE)
tests_unit_trace_parts_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trace_parts_LDADD = $(TRACE_TEST_LIBS) -lm

tests_unit_join_counters_SOURCES = tests/unit/join-counters.c $(TINY_TRACE)
tests_unit_join_counters_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_join_counters_LDADD = $(TRACE_TEST_LIBS) -lm

tests_unit_kernel_name_SOURCES = tests/unit/kernel-name.c
tests_unit_kernel_name_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_kernel_name_LDADD = $(TRACE_TEST_LIBS)

tests_unit_ncu_csv_SOURCES = tests/unit/ncu-csv.c
tests_unit_ncu_csv_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_ncu_csv_LDADD = $(TRACE_TEST_LIBS) -lm

# Small foreign files, imported and read back.
IMPORT_CASE = tests/unit/import-case.c tests/unit/import-case.h

tests_unit_export_SOURCES = tests/unit/export.c $(IMPORT_CASE)
tests_unit_export_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_export_LDADD = $(TRACE_TEST_LIBS) $(JANSSON_LIBS)

tests_unit_import_csv_SOURCES = tests/unit/import-csv.c $(IMPORT_CASE)
tests_unit_import_csv_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_csv_LDADD = $(TRACE_TEST_LIBS)

tests_unit_import_nsys_SOURCES = tests/unit/import-nsys.c $(IMPORT_CASE)
tests_unit_import_nsys_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_nsys_LDADD = $(TRACE_TEST_LIBS)

tests_unit_import_orion_SOURCES = tests/unit/import-orion.c $(IMPORT_CASE)
tests_unit_import_orion_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_orion_LDADD = $(TRACE_TEST_LIBS)

SPOOL_CASE = tests/unit/spool-builder.c tests/unit/spool-builder.h tests/unit/spool-case.c \
	tests/unit/spool-case.h $(IMPORT_CASE)
tests_unit_import_spool_SOURCES = tests/unit/import-spool.c $(SPOOL_CASE)
tests_unit_import_spool_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_spool_LDADD = $(TRACE_TEST_LIBS)

tests_unit_import_spool_graphs_SOURCES = tests/unit/import-spool-graphs.c $(SPOOL_CASE)
tests_unit_import_spool_graphs_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_spool_graphs_LDADD = $(TRACE_TEST_LIBS)

tests_unit_assemble_SOURCES = tests/unit/assemble.c $(TRACE_SAMPLE)
tests_unit_assemble_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_assemble_LDADD = $(TRACE_TEST_LIBS)

tests_unit_trace_cut_SOURCES = tests/unit/trace-cut.c $(TRACE_SAMPLE)
tests_unit_trace_cut_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_trace_cut_LDADD = $(TRACE_TEST_LIBS)

tests_unit_import_kineto_SOURCES = tests/unit/import-kineto.c $(IMPORT_CASE)
tests_unit_import_kineto_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_import_kineto_LDADD = $(TRACE_TEST_LIBS) $(ZLIB_LIBS)

tests_unit_expected_stats_SOURCES = tests/unit/expected-stats.c
tests_unit_expected_stats_LDADD = traces/libtraces.la $(JANSSON_LIBS) -lm

tests_unit_api_call_SOURCES = tests/unit/api-call.c
tests_unit_api_call_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_api_call_LDADD = $(TRACE_TEST_LIBS)

tests_unit_driver_call_SOURCES = tests/unit/driver-call.c
tests_unit_driver_call_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS) -DCUDA_HOME='"$(CUDA_HOME)"'
tests_unit_driver_call_LDADD = $(TRACE_TEST_LIBS)

tests_unit_event_SOURCES = tests/unit/event.c
tests_unit_event_LDADD = sim/libsim.la

# Whole runs of programs that can be worked out by hand.
RUN_CASE = tests/unit/run-case.c tests/unit/run-case.h $(TINY_TRACE)
RUN_TEST_LIBS = sim/libsim.la $(CHECK_LIBS) -lm

tests_unit_run_copies_SOURCES = tests/unit/run-copies.c $(RUN_CASE)
tests_unit_run_copies_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_copies_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_calls_SOURCES = tests/unit/run-calls.c $(RUN_CASE)
tests_unit_run_calls_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_calls_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_overlap_SOURCES = tests/unit/run-overlap.c $(RUN_CASE)
tests_unit_run_overlap_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_overlap_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_graph_SOURCES = tests/unit/run-graph.c $(RUN_CASE)
tests_unit_run_graph_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_graph_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_green_SOURCES = tests/unit/run-green.c $(RUN_CASE)
tests_unit_run_green_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_green_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_order_SOURCES = tests/unit/run-order.c $(RUN_CASE)
tests_unit_run_order_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_order_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_cold_l2_SOURCES = tests/unit/run-cold-l2.c $(RUN_CASE)
tests_unit_run_cold_l2_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_cold_l2_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_contexts_SOURCES = tests/unit/run-contexts.c $(RUN_CASE)
tests_unit_run_contexts_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_contexts_LDADD = $(RUN_TEST_LIBS)

tests_unit_estimate_SOURCES = tests/unit/estimate.c
tests_unit_estimate_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_estimate_LDADD = models/libmodels.la $(CHECK_LIBS)

tests_unit_explain_words_SOURCES = tests/unit/explain-words.c
tests_unit_explain_words_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_explain_words_LDADD = $(RUN_TEST_LIBS)

EXPLAIN_CASE = tests/unit/explain-case.c tests/unit/explain-case.h $(RUN_CASE)

tests_unit_explain_random_SOURCES = tests/unit/explain-random.c $(EXPLAIN_CASE)
tests_unit_explain_random_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_explain_random_LDADD = $(RUN_TEST_LIBS)

tests_unit_explain_SOURCES = tests/unit/explain.c $(EXPLAIN_CASE)
tests_unit_explain_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_explain_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_requests_SOURCES = tests/unit/run-requests.c $(RUN_CASE)
tests_unit_run_requests_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_requests_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_preempt_SOURCES = tests/unit/run-preempt.c $(RUN_CASE)
tests_unit_run_preempt_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_preempt_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_xsched_SOURCES = tests/unit/run-xsched.c tests/unit/xsched-case.c \
	tests/unit/xsched-case.h $(RUN_CASE)
tests_unit_run_xsched_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_xsched_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_engine_SOURCES = tests/unit/run-engine.c $(RUN_CASE)
tests_unit_run_engine_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_engine_LDADD = $(RUN_TEST_LIBS)

tests_unit_curve_SOURCES = tests/unit/curve.c tests/unit/dram-work.h $(RUN_CASE)
tests_unit_curve_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_curve_LDADD = $(RUN_TEST_LIBS)

tests_unit_run_policies_SOURCES = tests/unit/run-policies.c $(RUN_CASE)
tests_unit_run_policies_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_run_policies_LDADD = $(RUN_TEST_LIBS)

tests_unit_program_SOURCES = tests/unit/program.c $(RUN_CASE)
tests_unit_program_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_program_LDADD = $(RUN_TEST_LIBS)

tests_unit_real_traces_SOURCES = tests/unit/real-traces.c $(TINY_TRACE)
tests_unit_real_traces_LDADD = $(RUN_TEST_LIBS)

# The fluid engine beside the block engine.
ENGINE_TABLE = tests/unit/dram-work.h tests/unit/engine-pair.c tests/unit/engine-pair.h \
	tests/unit/engine-table.c tests/unit/engine-table.h tests/bench/gpu-load.c \
	tests/bench/gpu-load.h
tests_unit_engine_distance_SOURCES = tests/unit/engine-distance.c $(ENGINE_TABLE)
tests_unit_engine_distance_LDADD = sim/libsim.la -lm
tests_unit_engine_distance_real_SOURCES = tests/unit/engine-distance-real.c $(ENGINE_TABLE)
tests_unit_engine_distance_real_LDADD = sim/libsim.la -lm

tests_unit_figures_SOURCES = tests/unit/figures.c
tests_unit_figures_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_figures_LDADD = sim/libsim.la $(CHECK_LIBS) -lm

tests_unit_fluid_SOURCES = tests/unit/fluid.c $(GPU_CASE)
tests_unit_fluid_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_fluid_LDADD = sim/libsim.la $(CHECK_LIBS)

tests_unit_ground_truth_SOURCES = tests/unit/ground-truth.c
tests_unit_ground_truth_LDADD = $(GLIB_LIBS) $(JANSSON_LIBS)

# A part of the collector, on a driver made in the test.
tests_unit_confine_SOURCES = tests/unit/confine.c capture/collector/confine-calls.h \
	capture/collector/confine-cuda.h capture/collector/confine.c capture/collector/confine.h
tests_unit_confine_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
if HAVE_CUDA_HEADERS
tests_unit_confine_CPPFLAGS += -DHAVE_CUDA_HEADERS $(CUDA_CPPFLAGS)
endif
tests_unit_confine_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_confine_LDADD = $(CHECK_LIBS) -ldl

tests_unit_confined_SOURCES = tests/unit/confined.c capture/record/confined.c \
	capture/record/confined.h
tests_unit_confined_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_confined_LDADD = capture/collector/libcollector.la $(TRACE_TEST_LIBS)

tests_unit_join_curves_SOURCES = tests/unit/join-curves.c $(TINY_TRACE)
tests_unit_join_curves_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_unit_join_curves_LDADD = $(TRACE_TEST_LIBS) -lm
