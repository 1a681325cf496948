# Unit tests: tests/unit/NAME.c holds the tests of one module.  Each exits 0, 1 or 77.
UNIT_TESTS = \
	tests/unit/occupancy
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

tests_unit_occupancy_SOURCES = tests/unit/occupancy.c
tests_unit_occupancy_LDADD = models/libmodels.la $(ZLIB_LIBS)
EXTRA_DIST += tests/data/README.md tests/data/occupancy_golden.csv.gz
