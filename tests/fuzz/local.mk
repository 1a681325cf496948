# Fuzzers: each damages good inputs many times; a short run of each is a test.
FUZZERS = \
	tests/fuzz/fuzz-broker \
	tests/fuzz/fuzz-csv \
	tests/fuzz/fuzz-curves \
	tests/fuzz/fuzz-device \
	tests/fuzz/fuzz-kineto \
	tests/fuzz/fuzz-ledger \
	tests/fuzz/fuzz-ncu \
	tests/fuzz/fuzz-nsys \
	tests/fuzz/fuzz-scenario \
	tests/fuzz/fuzz-spool \
	tests/fuzz/fuzz-trace
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)

# Each of them for a minute; sanitizers see more: ./configure --enable-sanitizers
FUZZ_SECONDS = 60
fuzz: $(FUZZERS)
	@$(AM_TESTS_ENVIRONMENT) for program in $(FUZZERS); do echo "$$program"; \
		CT_FUZZ_SECONDS=$(FUZZ_SECONDS) ./$$program || exit 1; done
.PHONY: fuzz

tests_fuzz_fuzz_curves_SOURCES = tests/fuzz/fuzz-curves.c tests/fuzz/fuzz.h \
	tests/unit/dram-work.h
tests_fuzz_fuzz_curves_LDADD = sim/libsim.la

tests_fuzz_fuzz_device_SOURCES = tests/fuzz/fuzz-device.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_device_LDADD = models/libmodels.la

tests_fuzz_fuzz_kineto_SOURCES = tests/fuzz/fuzz-kineto.c tests/fuzz/fuzz-import.h tests/fuzz/fuzz.h
tests_fuzz_fuzz_kineto_LDADD = traces/libtraces.la

tests_fuzz_fuzz_trace_SOURCES = tests/fuzz/fuzz-trace.c tests/fuzz/fuzz.h $(TRACE_SAMPLE)
tests_fuzz_fuzz_trace_LDADD = $(TRACE_TEST_LIBS)

tests_fuzz_fuzz_scenario_SOURCES = tests/fuzz/fuzz-scenario.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_scenario_LDADD = sim/libsim.la

tests_fuzz_fuzz_broker_SOURCES = tests/fuzz/fuzz-broker.c
tests_fuzz_fuzz_broker_LDADD = policies/libpolicies.la

tests_fuzz_fuzz_ledger_SOURCES = tests/fuzz/fuzz-ledger.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_ledger_LDADD = policies/libpolicies.la

tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz-csv.c tests/fuzz/fuzz-import.h tests/fuzz/fuzz.h
tests_fuzz_fuzz_csv_LDADD = traces/libtraces.la

tests_fuzz_fuzz_nsys_SOURCES = tests/fuzz/fuzz-nsys.c tests/fuzz/fuzz-import.h tests/fuzz/fuzz.h
tests_fuzz_fuzz_nsys_LDADD = traces/libtraces.la

tests_fuzz_fuzz_ncu_SOURCES = tests/fuzz/fuzz-ncu.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_ncu_LDADD = traces/libtraces.la -lm

tests_fuzz_fuzz_spool_SOURCES = tests/fuzz/fuzz-spool.c tests/fuzz/fuzz-import.h tests/fuzz/fuzz.h \
	tests/unit/spool-builder.c tests/unit/spool-builder.h
tests_fuzz_fuzz_spool_LDADD = traces/libtraces.la
