# The collector: the library that records inside a program.  In the build tree it is
# capture/collector/.libs/libcotenant-collector.so, installed $(pkglibdir)/...
noinst_LTLIBRARIES += capture/collector/libcollector.la
pkglib_LTLIBRARIES += capture/collector/libcotenant-collector.la

# All of it, for the library and for tests that go in by a side door.
capture_collector_libcollector_la_SOURCES = \
	capture/collector/bind.c \
	capture/collector/bind.h \
	capture/collector/buffers.c \
	capture/collector/buffers.h \
	capture/collector/collector.c \
	capture/collector/collector.h \
	capture/collector/confine-calls.h \
	capture/collector/confine-cuda.h \
	capture/collector/confine-hook.c \
	capture/collector/confine-hook.h \
	capture/collector/confine.c \
	capture/collector/confine.h \
	capture/collector/control.c \
	capture/collector/control.h \
	capture/collector/cupti.h \
	capture/collector/flusher.c \
	capture/collector/flusher.h \
	capture/collector/graph.c \
	capture/collector/graph.h \
	capture/collector/hooks.c \
	capture/collector/inject.c \
	capture/collector/kinds.c \
	capture/collector/kinds.h \
	capture/collector/nvtx-abi.h \
	capture/collector/nvtx-handles.c \
	capture/collector/nvtx-handles.h \
	capture/collector/nvtx-marker.c \
	capture/collector/nvtx-marker.h \
	capture/collector/nvtx.c \
	capture/collector/nvtx.h \
	capture/collector/spooler.c \
	capture/collector/spooler.h \
	capture/collector/theft.c \
	capture/collector/theft.h \
	capture/collector/translate.c \
	capture/collector/translate.h \
	capture/collector/utf32.c \
	capture/collector/utf32.h \
	capture/session.c \
	capture/session.h \
	traces/api-call.c \
	traces/driver-call.c \
	traces/intern.c \
	traces/spool.h
# XXH_INLINE_ALL: it needs no library but the C library in the program.
capture_collector_libcollector_la_CPPFLAGS = $(AM_CPPFLAGS) -DXXH_INLINE_ALL
capture_collector_libcollector_la_CFLAGS = $(STRICT_CFLAGS) $(WARN_CFLAGS) $(SANITIZE_FLAGS) \
	$(XXHASH_CFLAGS) -fvisibility=hidden -pthread

# -z nodelete: CUPTI and NVTX keep our functions after a dlclose().
capture_collector_libcotenant_collector_la_SOURCES =
capture_collector_libcotenant_collector_la_LIBADD = capture/collector/libcollector.la
capture_collector_libcotenant_collector_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -Wl,-z,defs -Wl,-z,nodelete

EXTRA_DIST += capture/collector/README.md
