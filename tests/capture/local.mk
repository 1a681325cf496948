# Tests of the recorder and its collector on fakes.
CAPTURE_TESTS =

if HAVE_CUDA_HEADERS
CAPTURE_TESTS += tests/capture/abi
check_PROGRAMS += tests/capture/abi
tests_capture_abi_SOURCES = tests/capture/abi.c
tests_capture_abi_CPPFLAGS = $(AM_CPPFLAGS) $(CUDA_CPPFLAGS)
endif

TESTS += $(CAPTURE_TESTS)

RECORD_TESTS = \
	tests/capture/record-plain.sh
TESTS += $(RECORD_TESTS)
EXTRA_DIST += $(RECORD_TESTS)
