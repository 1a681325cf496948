# House rules, executable.
HOUSE_TESTS = \
	tests/house/purity.sh
dist_check_SCRIPTS += $(HOUSE_TESTS)
TESTS += $(HOUSE_TESTS)
