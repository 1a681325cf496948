# Tests of the recorder and its collector on fakes.
CAPTURE_TESTS = tests/capture/real-cupti.sh
EXTRA_DIST += tests/capture/real-cupti.sh

# Goes into the collector as the driver does.
check_PROGRAMS += tests/capture/inject
tests_capture_inject_SOURCES = tests/capture/inject.c

if HAVE_CUDA_HEADERS
CAPTURE_TESTS += tests/capture/abi
check_PROGRAMS += tests/capture/abi
tests_capture_abi_SOURCES = tests/capture/abi.c
tests_capture_abi_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)

# A C++ header of NVIDIA's includes <string>; in C an empty file stands for it.
CAPTURE_TESTS += tests/capture/profiler-abi
check_PROGRAMS += tests/capture/profiler-abi
tests_capture_profiler_abi_SOURCES = tests/capture/profiler-abi.c
tests_capture_profiler_abi_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/capture/cxx \
	$(CUDA_CPPFLAGS)
endif

# The collector from inside, and a program's side of NVTX.
RECORDING = tests/capture/nvtx-client.c tests/capture/nvtx-client.h \
	tests/capture/recording.c tests/capture/recording.h
RECORDING_LIBS = capture/collector/libcollector.la $(CHECK_LIBS) $(GLIB_LIBS) $(XXHASH_LIBS)
RECORDING_TESTS = \
	tests/capture/control \
	tests/capture/graph \
	tests/capture/nvtx \
	tests/capture/nvtx-threads
CAPTURE_TESTS += $(RECORDING_TESTS)
check_PROGRAMS += $(RECORDING_TESTS)

tests_capture_control_SOURCES = tests/capture/control.c $(RECORDING)
tests_capture_control_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_control_LDADD = $(RECORDING_LIBS)

tests_capture_graph_SOURCES = tests/capture/graph.c $(RECORDING)
tests_capture_graph_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_graph_LDADD = $(RECORDING_LIBS)

tests_capture_nvtx_SOURCES = tests/capture/nvtx.c $(RECORDING)
tests_capture_nvtx_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_nvtx_LDADD = $(RECORDING_LIBS)

tests_capture_nvtx_threads_SOURCES = tests/capture/nvtx-threads.c $(RECORDING)
tests_capture_nvtx_threads_LDADD = $(RECORDING_LIBS)

# NVIDIA's own NVTX: its declarations, and a program that is built with its header.
if HAVE_CUDA_HEADERS
CAPTURE_TESTS += tests/capture/nvtx-headers tests/capture/nvtx-real
check_PROGRAMS += tests/capture/nvtx-headers tests/capture/nvtx-real
tests_capture_nvtx_headers_SOURCES = tests/capture/nvtx-headers.c
tests_capture_nvtx_headers_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
tests_capture_nvtx_real_SOURCES = tests/capture/nvtx-real.c $(RECORDING)
tests_capture_nvtx_real_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS) \
	-DCT_NVTX_LIBRARY='"$(CUDA_HOME)/lib/libnvtx3interop.so.1"'
tests_capture_nvtx_real_LDADD = $(RECORDING_LIBS) -ldl
endif
EXTRA_DIST += tests/capture/cxx/string

# Asks a real CUPTI, which needs no device for this.
CAPTURE_TESTS += tests/capture/passes
check_PROGRAMS += tests/capture/passes
tests_capture_passes_SOURCES = tests/capture/passes.c
tests_capture_passes_CPPFLAGS = $(AM_CPPFLAGS) -DCUDA_HOME='"$(CUDA_HOME)"'
tests_capture_passes_LDADD = capture/counters/libcounters.la

CAPTURE_TESTS += tests/capture/counters
check_PROGRAMS += tests/capture/counters
tests_capture_counters_SOURCES = tests/capture/counters.c $(TINY_TRACE)
tests_capture_counters_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_counters_LDADD = $(TRACE_TEST_LIBS) -lm -lpthread
EXTRA_tests_capture_counters_DEPENDENCIES = tests/fakes/fake-range-profiler.la \
	capture/counters/libcotenant-counters.la

CAPTURE_TESTS += tests/capture/counters-guest.sh
EXTRA_DIST += tests/capture/counters-guest.sh

# Needs the programs that are recorded, a whole fake CUPTI and the recorder.
CAPTURE_TESTS += tests/capture/record-counters.sh
EXTRA_DIST += tests/capture/record-counters.sh

# The recorder's part of it, without the recorder's main().
CAPTURE_TESTS += tests/capture/pass-counters
check_PROGRAMS += tests/capture/counters-program tests/capture/pass-counters
tests_capture_counters_program_SOURCES = tests/capture/counters-program.c
tests_capture_counters_program_LDADD = -ldl
tests_capture_pass_counters_SOURCES = tests/capture/pass-counters.c $(TINY_TRACE) \
	capture/record/confined.c \
	capture/record/find.c \
	capture/record/launch.c \
	capture/record/options.c \
	capture/record/pass-counters.c \
	capture/record/pass-curves.c \
	capture/record/pass.c \
	capture/record/recording.c \
	capture/record/run.c
tests_capture_pass_counters_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_pass_counters_LDADD = $(cotenant_record_LDADD) $(CHECK_LIBS)
EXTRA_tests_capture_pass_counters_DEPENDENCIES = tests/capture/counters-program \
	$(EXTRA_tests_capture_counters_DEPENDENCIES)

# What is made of CUPTI's records, and how a spool is written.
SPOOL_READ = tests/capture/activity.c tests/capture/activity.h tests/capture/spool-read.c \
	tests/capture/spool-read.h
CAPTURE_TESTS += tests/capture/life tests/capture/spooler tests/capture/translate
check_PROGRAMS += tests/capture/life tests/capture/spooler tests/capture/translate
check_DATA += tests/capture/stub-cupti.so
CLEANFILES += tests/capture/stub-cupti.so
EXTRA_DIST += tests/capture/stub-cupti.c

tests_capture_life_SOURCES = tests/capture/life.c tests/capture/stub-cupti.h $(RECORDING) \
	$(SPOOL_READ)
tests_capture_life_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_life_LDADD = $(RECORDING_LIBS) -ldl

tests_capture_spooler_SOURCES = tests/capture/spooler.c $(SPOOL_READ)
tests_capture_spooler_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_spooler_LDADD = $(RECORDING_LIBS)

tests_capture_translate_SOURCES = tests/capture/translate.c $(SPOOL_READ)
tests_capture_translate_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_translate_LDADD = $(RECORDING_LIBS)

TESTS += $(CAPTURE_TESTS)

check_PROGRAMS += tests/capture/record-actor tests/capture/record-terminal
tests_capture_record_terminal_SOURCES = tests/capture/record-terminal.c
tests_capture_record_actor_SOURCES = tests/capture/record-actor.c
tests_capture_record_actor_LDADD = capture/collector/libcollector.la
RECORD_TESTS = \
	tests/capture/record-fakes.sh \
	tests/capture/record-traces.sh \
	tests/capture/record-unheard.sh \
	tests/capture/record-plain.sh
TESTS += $(RECORD_TESTS)
EXTRA_DIST += $(RECORD_TESTS)

# Curves, and the dry run of experiments/gpu: a program on the fake driver.
check_PROGRAMS += tests/capture/requests
tests_capture_requests_SOURCES = tests/capture/requests.c tests/capture/nvtx-client.c \
	tests/capture/nvtx-client.h
tests_capture_requests_CFLAGS = $(AM_CFLAGS) -pthread
tests_capture_requests_LDFLAGS = $(AM_LDFLAGS) -no-install
tests_capture_requests_LDADD = tests/fakes/libcuda.la -ldl

CURVES_TESTS = tests/capture/curves.sh tests/capture/replay-fakes.sh
GPU_TESTS = tests/capture/gpu-dry-run.sh tests/capture/gpu-scripts.sh
TESTS += $(CURVES_TESTS) $(GPU_TESTS)
EXTRA_DIST += $(CURVES_TESTS) $(GPU_TESTS)

# The calibration, on the fake driver, and what it counts with.
CALIBRATE_TESTS = \
	tests/capture/calibrate-statistics \
	tests/capture/calibrate.sh \
	tests/capture/calibrate-faults.sh \
	tests/capture/calibrate-gpu.sh
TESTS += $(CALIBRATE_TESTS)
EXTRA_DIST += tests/capture/calibrate.sh tests/capture/calibrate-faults.sh \
	tests/capture/calibrate-gpu.sh
check_PROGRAMS += tests/capture/calibrate-statistics
tests_capture_calibrate_statistics_SOURCES = tests/capture/calibrate-statistics.c \
	capture/calibrate/driver.c \
	capture/calibrate/statistics.c
tests_capture_calibrate_statistics_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)
tests_capture_calibrate_statistics_LDADD = $(CHECK_LIBS) $(GLIB_LIBS) -ldl

if HAVE_CUDA_HEADERS
TESTS += tests/capture/calibrate-abi
check_PROGRAMS += tests/capture/calibrate-abi
tests_capture_calibrate_abi_SOURCES = tests/capture/calibrate-abi.c
tests_capture_calibrate_abi_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
endif
