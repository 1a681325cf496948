# Benchmarks: built and run by `make bench` only; they print figures and judge nothing.
BENCHMARKS = \
	tests/bench/broker-bench \
	tests/bench/gpu-bench \
	tests/bench/import-bench \
	tests/bench/record-bench \
	tests/bench/marker-bench \
	tests/bench/run-bench \
	tests/bench/spool-bench \
	tests/bench/trace-bench
EXTRA_PROGRAMS += $(BENCHMARKS) tests/bench/suite
CLEANFILES += $(BENCHMARKS) tests/bench/suite tests/bench/fifo-ns3

bench: $(BENCHMARKS)
	@$(AM_TESTS_ENVIRONMENT) for program in $(BENCHMARKS); do echo "$$program"; ./$$program || exit 1; done
.PHONY: bench

tests_bench_import_bench_SOURCES = tests/bench/import-bench.c tests/bench/import-rate.c \
	tests/bench/import-rate.h
tests_bench_import_bench_LDADD = traces/libtraces.la

tests_bench_marker_bench_SOURCES = tests/bench/marker-bench.c tests/bench/measure.h \
	tests/bench/rows.h $(RECORDING)
tests_bench_marker_bench_LDADD = $(RECORDING_LIBS)

WHOLE_RUN = tests/bench/measure.h tests/bench/whole-run.c tests/bench/whole-run.h

tests_bench_gpu_bench_SOURCES = tests/bench/gpu-bench.c tests/bench/gpu-load.c \
	tests/bench/gpu-load.h
tests_bench_gpu_bench_LDADD = sim/libsim.la

tests_bench_trace_bench_SOURCES = tests/bench/trace-bench.c
tests_bench_trace_bench_LDADD = traces/libtraces.la

tests_bench_record_bench_SOURCES = tests/bench/record-bench.c tests/bench/measure.h \
	tests/bench/rows.h tests/capture/activity.c tests/capture/activity.h
tests_bench_record_bench_LDADD = capture/collector/libcollector.la $(GLIB_LIBS)

tests_bench_spool_bench_SOURCES = tests/bench/measure.h tests/bench/rows.h \
	tests/bench/spool-bench.c tests/unit/spool-builder.c tests/unit/spool-builder.h
tests_bench_spool_bench_LDADD = traces/libtraces.la

tests_bench_broker_bench_SOURCES = tests/bench/broker-bench.c
tests_bench_broker_bench_LDADD = policies/libpolicies.la

tests_bench_run_bench_SOURCES = tests/bench/run-bench.c $(WHOLE_RUN)
tests_bench_run_bench_LDADD = sim/libsim.la -lm

# All of it in one table, beside peers: tests/bench/run.  The peers' own programs are
# built by that script where there is what they need, and are not part of a release.
tests_bench_suite_SOURCES = tests/bench/fifo-model.c tests/bench/fifo-model.h \
	tests/bench/heap-count.c tests/bench/heap-count.h tests/bench/import-rate.c \
	tests/bench/import-rate.h tests/bench/suite-engine.c tests/bench/suite-model.c \
	tests/bench/suite-record.c tests/bench/suite-runs.c tests/bench/suite.c tests/bench/suite.h $(WHOLE_RUN)
tests_bench_suite_LDADD = sim/libsim.la -lm
dist_noinst_SCRIPTS = tests/bench/run
