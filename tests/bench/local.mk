# Benchmarks: built and run by `make bench` only; they print figures and judge nothing.
BENCHMARKS = \
	tests/bench/broker-bench \
	tests/bench/gpu-bench \
	tests/bench/import-bench \
	tests/bench/run-bench \
	tests/bench/trace-bench
EXTRA_PROGRAMS += $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)

bench: $(BENCHMARKS)
	@$(AM_TESTS_ENVIRONMENT) for program in $(BENCHMARKS); do echo "$$program"; ./$$program || exit 1; done
.PHONY: bench

tests_bench_import_bench_SOURCES = tests/bench/import-bench.c
tests_bench_import_bench_LDADD = traces/libtraces.la

tests_bench_gpu_bench_SOURCES = tests/bench/gpu-bench.c tests/bench/gpu-load.c \
	tests/bench/gpu-load.h
tests_bench_gpu_bench_LDADD = sim/libsim.la

tests_bench_trace_bench_SOURCES = tests/bench/trace-bench.c
tests_bench_trace_bench_LDADD = traces/libtraces.la

tests_bench_broker_bench_SOURCES = tests/bench/broker-bench.c
tests_bench_broker_bench_LDADD = policies/libpolicies.la

tests_bench_run_bench_SOURCES = tests/bench/run-bench.c
tests_bench_run_bench_LDADD = sim/libsim.la -lm
