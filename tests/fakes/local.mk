# A driver and a CUPTI that need no GPU.

# A driver and a CUPTI in one module, for the pass for counters.
check_LTLIBRARIES += tests/fakes/fake-range-profiler.la
tests_fakes_fake_range_profiler_la_SOURCES = \
	tests/fakes/fake-range-profiler.c \
	tests/fakes/fake-range-profiler.h
tests_fakes_fake_range_profiler_la_CFLAGS = $(WARN_CFLAGS) $(SANITIZE_FLAGS) -pthread
tests_fakes_fake_range_profiler_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nowhere
