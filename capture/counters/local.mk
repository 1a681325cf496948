# Counters: what hardware counters say of each kernel, measured in a pass of its own.
# In the build tree capture/counters/.libs/libcotenant-counters.so.
noinst_LTLIBRARIES += capture/counters/libcounters.la
pkglib_LTLIBRARIES += capture/counters/libcotenant-counters.la

capture_counters_libcounters_la_SOURCES = \
	capture/counters/bind.c \
	capture/counters/bind.h \
	capture/counters/counters.c \
	capture/counters/launch.c \
	capture/counters/launch.h \
	capture/counters/metrics.c \
	capture/counters/metrics.h \
	capture/counters/profiler-abi.h \
	capture/counters/ranges.c \
	capture/counters/ranges.h \
	capture/counters/tally.c \
	capture/counters/tally.h \
	capture/session.c \
	capture/session.h \
	traces/counter-file.h \
	traces/intern.c \
	traces/intern.h \
	traces/utf8.c \
	traces/utf8.h
# XXH_INLINE_ALL: it needs no library but the C library in the program.
capture_counters_libcounters_la_CPPFLAGS = $(AM_CPPFLAGS) -DXXH_INLINE_ALL
capture_counters_libcounters_la_CFLAGS = $(STRICT_CFLAGS) $(WARN_CFLAGS) $(SANITIZE_FLAGS) \
	$(XXHASH_CFLAGS) -fvisibility=hidden -pthread

# -z nodelete: CUPTI keeps our functions after a dlclose().
capture_counters_libcotenant_counters_la_SOURCES =
capture_counters_libcotenant_counters_la_LIBADD = capture/counters/libcounters.la
capture_counters_libcotenant_counters_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -Wl,-z,defs -Wl,-z,nodelete
