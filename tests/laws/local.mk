# Laws: every policy, built in and as a module, against what all must keep to.
LAWS_TESTS = tests/laws/laws
check_PROGRAMS += $(LAWS_TESTS)
dist_check_SCRIPTS += tests/laws/replay.sh
TESTS += $(LAWS_TESTS) tests/laws/replay.sh
tests_laws_laws_SOURCES = tests/laws/laws.c
tests_laws_laws_LDADD = policies/libpolicies.la

# Small policies that are wrong on purpose; the laws and the purity test must say so.
CT_PROBES = \
	tests/probes/greedy.so \
	tests/probes/impure.so \
	tests/probes/late.so \
	tests/probes/miser.so \
	tests/probes/needy.so \
	tests/probes/quitter.so
check_DATA += $(CT_PROBES)
CLEANFILES += $(CT_PROBES)
EXTRA_DIST += $(CT_PROBES:.so=.c)
$(CT_PROBES): $(srcdir)/policies/policy.h
