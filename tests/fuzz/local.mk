# Fuzzers: each damages good inputs many times; a short run of each is a test.
FUZZERS =
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
