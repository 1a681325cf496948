# Unit tests: tests/unit/NAME.c holds the tests of one module.  Each exits 0, 1 or 77.
UNIT_TESTS =
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
