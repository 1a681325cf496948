# A driver and a CUPTI that need no GPU, found by the names of the real ones: put
# $(top_builddir)/tests/fakes/.libs into LD_LIBRARY_PATH.
check_LTLIBRARIES += tests/fakes/libcuda.la
noinst_HEADERS = \
	tests/fakes/cuda-calls.h \
	tests/fakes/cuda-driver.h \
	tests/fakes/cuda-functions.h \
	tests/fakes/cuda-layout.h \
	tests/fakes/cuda-numbers.h \
	tests/fakes/driver.h \
	tests/fakes/tap.h

# -rpath makes libtool build a shared library of what is not installed.
fakes_flags = -std=c11 -D_GNU_SOURCE $(WARN_CFLAGS) $(SANITIZE_FLAGS) -fvisibility=hidden \
	-pthread
fakes_link_flags = $(AM_LDFLAGS) -rpath /nowhere -Wl,-z,defs

tests_fakes_libcuda_la_SOURCES = \
	tests/fakes/device-time.c \
	tests/fakes/driver-call.c \
	tests/fakes/driver-capture.c \
	tests/fakes/driver-context.c \
	tests/fakes/driver-copy.c \
	tests/fakes/driver-event.c \
	tests/fakes/driver-exec.c \
	tests/fakes/driver-graph.c \
	tests/fakes/driver-green.c \
	tests/fakes/driver-init.c \
	tests/fakes/driver-launch.c \
	tests/fakes/driver-memory.c \
	tests/fakes/driver-stream.c
tests_fakes_libcuda_la_CFLAGS = $(fakes_flags)
# libcuda.so.1
tests_fakes_libcuda_la_LDFLAGS = $(fakes_link_flags) -version-info 1:0:0

# What a program says it links with and what it finds must not differ: -no-install.
fake_program_flags = $(AM_LDFLAGS) -no-install

FAKES_TESTS = tests/fakes/driver-test
check_PROGRAMS += tests/fakes/driver-test
tests_fakes_driver_test_SOURCES = tests/fakes/driver-test.c
tests_fakes_driver_test_CFLAGS = $(fakes_flags)
tests_fakes_driver_test_LDFLAGS = $(fake_program_flags)
tests_fakes_driver_test_LDADD = tests/fakes/libcuda.la

if HAVE_CUDA_HEADERS
FAKES_TESTS += tests/fakes/cuda-abi
check_PROGRAMS += tests/fakes/cuda-abi
tests_fakes_cuda_abi_SOURCES = tests/fakes/cuda-abi.c
tests_fakes_cuda_abi_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
endif

# The fake CUPTI, in three makes: that of CUDA 13, that of CUDA 12 (cuda12/.libs/), and
# one that lacks a function (lame/.libs/).  A test picks one with COTENANT_CUPTI.
check_LTLIBRARIES += \
	tests/fakes/libfakecupti13.la tests/fakes/libcupti.la \
	tests/fakes/libfakecupti12.la tests/fakes/cuda12/libcupti.la \
	tests/fakes/libfakecuptilame.la tests/fakes/lame/libcupti.la
noinst_HEADERS += tests/fakes/cupti-lengths.h tests/fakes/profiler.h
fake_cupti_sources = \
	tests/fakes/cupti-api.c \
	tests/fakes/cupti-callbacks.c \
	tests/fakes/cupti-faults.c \
	tests/fakes/cupti-queue.c \
	tests/fakes/cupti-ranges.c \
	tests/fakes/cupti-records.c \
	tests/fakes/range-profiler.c

tests_fakes_libfakecupti13_la_SOURCES = $(fake_cupti_sources)
tests_fakes_libfakecupti13_la_CPPFLAGS = $(AM_CPPFLAGS) -DCT_FAKE_CUPTI_VERSION=130001
tests_fakes_libfakecupti13_la_CFLAGS = $(fakes_flags)
tests_fakes_libcupti_la_SOURCES =
tests_fakes_libcupti_la_LIBADD = tests/fakes/libfakecupti13.la -ldl
tests_fakes_libcupti_la_LDFLAGS = $(fakes_link_flags) -version-info 13:0:0

tests_fakes_libfakecupti12_la_SOURCES = $(fake_cupti_sources)
tests_fakes_libfakecupti12_la_CPPFLAGS = $(AM_CPPFLAGS) -DCT_FAKE_CUPTI_VERSION=28
tests_fakes_libfakecupti12_la_CFLAGS = $(fakes_flags)
tests_fakes_cuda12_libcupti_la_SOURCES =
tests_fakes_cuda12_libcupti_la_LIBADD = tests/fakes/libfakecupti12.la -ldl
tests_fakes_cuda12_libcupti_la_LDFLAGS = $(fakes_link_flags) -version-info 12:0:0

tests_fakes_libfakecuptilame_la_SOURCES = $(fake_cupti_sources)
tests_fakes_libfakecuptilame_la_CPPFLAGS = $(AM_CPPFLAGS) -DCT_FAKE_CUPTI_VERSION=130001 \
	-DCT_FAKE_CUPTI_LAME
tests_fakes_libfakecuptilame_la_CFLAGS = $(fakes_flags)
tests_fakes_lame_libcupti_la_SOURCES =
tests_fakes_lame_libcupti_la_LIBADD = tests/fakes/libfakecuptilame.la -ldl
tests_fakes_lame_libcupti_la_LDFLAGS = $(fakes_link_flags) -version-info 13:0:0

FAKES_TESTS += tests/fakes/cupti-test
check_PROGRAMS += tests/fakes/cupti-test
tests_fakes_cupti_test_SOURCES = tests/fakes/cupti-test.c
tests_fakes_cupti_test_CFLAGS = $(fakes_flags)
tests_fakes_cupti_test_LDFLAGS = $(fake_program_flags)
tests_fakes_cupti_test_LDADD = tests/fakes/libcuda.la tests/fakes/libcupti.la

if HAVE_CUDA_HEADERS
FAKES_TESTS += tests/fakes/cupti-abi
check_PROGRAMS += tests/fakes/cupti-abi
tests_fakes_cupti_abi_SOURCES = tests/fakes/cupti-abi.c
tests_fakes_cupti_abi_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
endif

# A driver and a CUPTI in one module, for the pass for counters.
check_LTLIBRARIES += tests/fakes/fake-range-profiler.la
tests_fakes_fake_range_profiler_la_SOURCES = \
	tests/fakes/fake-range-profiler.c \
	tests/fakes/fake-range-profiler.h \
	tests/fakes/range-profiler.c \
	tests/fakes/range-profiler.h
tests_fakes_fake_range_profiler_la_CFLAGS = $(WARN_CFLAGS) $(SANITIZE_FLAGS) -pthread
tests_fakes_fake_range_profiler_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-rpath /nowhere
