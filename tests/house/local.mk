# House rules, executable.
HOUSE_RULES = \
	tests/house/docs.sh \
	tests/house/guests.sh \
	tests/house/headers.sh \
	tests/house/layers.sh \
	tests/house/purity.sh \
	tests/house/style.sh
TESTS += $(HOUSE_RULES)
EXTRA_DIST += $(HOUSE_RULES)
