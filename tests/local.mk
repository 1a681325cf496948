# Tests: unit/ one program per file, laws/ every policy, house/ the rules of the house.
AM_TESTS_ENVIRONMENT = CT_SRCDIR='$(abs_top_srcdir)'; CT_BUILDDIR='$(abs_top_builddir)'; \
	CT_DATA=$${CT_DATA:-$(abs_top_srcdir)/../shared/data}; \
	CT_DEVICE_PATH='$(abs_top_srcdir)/models/devices'; CUDA_HOME='$(CUDA_HOME)'; \
	export CT_SRCDIR CT_BUILDDIR CT_DATA CT_DEVICE_PATH CUDA_HOME;
LOG_DRIVER = $(top_srcdir)/build-aux/test-driver
include tests/fakes/local.mk
include tests/capture/local.mk
include tests/cli/local.mk
include tests/fuzz/local.mk
include tests/house/local.mk
include tests/laws/local.mk
include tests/unit/local.mk
include tests/bench/local.mk
include tests/capture/programs/local.mk

# Everything but the house rules, which look at files and not at what runs: for builds
# with --enable-sanitizers.
.PHONY: check-sanitized
check-sanitized:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(UNIT_TESTS) $(FUZZERS) $(LAWS_TESTS) tests/laws/replay.sh $(CLI_TESTS) $(RECORD_TESTS) $(CURVES_TESTS) $(CALIBRATE_TESTS) $(CAPTURE_TESTS)'

EXTRA_DIST += tests/README.md tests/bench/README.md tests/threads.supp

# What runs in several threads: for builds with --enable-sanitizers=thread.
threaded_programs = \
	tests/capture/control \
	tests/capture/counters \
	tests/capture/life \
	tests/capture/nvtx-threads \
	tests/capture/spooler \
	tests/fakes/cupti-test \
	tests/fakes/driver-test \
	tests/unit/crew
threaded_tests = $(threaded_programs) \
	tests/capture/collector.sh \
	tests/cli/run.sh \
	tests/cli/samples.sh
.PHONY: check-threads
check-threads:
	TSAN_OPTIONS='suppressions=$(abs_top_srcdir)/tests/threads.supp' $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(threaded_tests)' \
		check_PROGRAMS='$(threaded_programs) tests/capture/spool-dump tests/cli/report-check $(captured_programs)'
