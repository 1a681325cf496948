# Policies: the contract, the broker, and one file per policy.

# To add a policy: write policies/NAME.c and add a word here.
CT_POLICIES = \
	policies/atoms.so \
	policies/exclusive.so \
	policies/fifo.so \
	policies/gate_priority.so \
	policies/partition.so \
	policies/priority.so \
	policies/share.so \
	policies/skeleton.so \
	policies/turns.so

noinst_LTLIBRARIES += policies/libbroker.la policies/libbuiltin.la policies/libpolicies.la

# What is also loaded into other people's processes: plain C11, libc only.
policies_libbroker_la_SOURCES = \
	policies/actuator.h \
	policies/broker-alarms.c \
	policies/broker-inside.h \
	policies/broker-lane.c \
	policies/broker-ledger.c \
	policies/broker-orders.c \
	policies/broker-patience.c \
	policies/broker-recall.c \
	policies/broker.c \
	policies/broker.h \
	policies/caps.c \
	policies/caps.h \
	policies/policy.h
policies_libbroker_la_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS) -fvisibility=hidden

# Every policy is compiled twice: into the program, and as a module of its own.
policies_libbuiltin_la_SOURCES = $(CT_POLICIES:.so=.c)
policies_libbuiltin_la_CPPFLAGS = $(AM_CPPFLAGS) -DCT_POLICY_BUILTIN
policies_libbuiltin_la_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)

# Not through libtool: automake wants a line of flags for each module not named lib*.
policy_DATA += $(CT_POLICIES)
CLEANFILES += $(CT_POLICIES)
SUFFIXES += .so
.c.so:
	$(AM_V_CC)$(MKDIR_P) $(@D) && $(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) \
	$(AM_CFLAGS) $(STRICT_CFLAGS) $(CFLAGS) -fPIC -shared -fvisibility=hidden \
	$(AM_LDFLAGS) $(LDFLAGS) -o $@ $<
$(CT_POLICIES): $(srcdir)/policies/policy.h

policies_libpolicies_la_SOURCES = \
	policies/laws.c \
	policies/laws.h \
	policies/options.c \
	policies/options.h \
	policies/registry.c \
	policies/registry.h \
	policies/replay.c \
	policies/replay.h \
	policies/world-device.c \
	policies/world-inside.h \
	policies/world.c \
	policies/world.h \
	policies/wrap-check.c \
	policies/wrap-fault.c \
	policies/wrap.h
nodist_policies_libpolicies_la_SOURCES = policies/builtin.h
policies_libpolicies_la_LIBADD = policies/libbuiltin.la policies/libbroker.la $(GLIB_LIBS) \
	$(JANSSON_LIBS)

BUILT_SOURCES += policies/builtin.h
$(policies_libpolicies_la_OBJECTS): policies/builtin.h
CLEANFILES += policies/builtin.h
policies/builtin.h: $(srcdir)/policies/local.mk
	$(AM_V_GEN)mkdir -p policies && \
	for p in $(CT_POLICIES:policies/%.so=%); do echo "CT_BUILTIN($$p)"; done >$@

dist_man_MANS += \
	policies/cotenant-policies.7 \
	policies/cotenant-policy.1 \
	policies/cotenant-policy.3
EXTRA_DIST += policies/CHANGES policies/COVERAGE.md policies/README.md
