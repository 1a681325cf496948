# Fuzzers: each damages good inputs many times; a short run of each is a test.
FUZZERS = \
	tests/fuzz/fuzz-device \
	tests/fuzz/fuzz-kineto
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)

tests_fuzz_fuzz_device_SOURCES = tests/fuzz/fuzz-device.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_device_LDADD = models/libmodels.la

tests_fuzz_fuzz_kineto_SOURCES = tests/fuzz/fuzz-kineto.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_kineto_LDADD = traces/libtraces.la
