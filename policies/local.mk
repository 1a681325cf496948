# Policies: the contract, the broker, and one file per policy.
noinst_LTLIBRARIES += policies/libbroker.la policies/libpolicies.la

# What is also loaded into other people's processes: plain C11, libc only.
policies_libbroker_la_SOURCES = \
	policies/actuator.h \
	policies/broker-alarms.c \
	policies/broker-inside.h \
	policies/broker-lane.c \
	policies/broker-ledger.c \
	policies/broker-orders.c \
	policies/broker-patience.c \
	policies/broker.c \
	policies/broker.h \
	policies/caps.c \
	policies/caps.h \
	policies/policy.h
policies_libbroker_la_CFLAGS = $(AM_CFLAGS) $(STRICT_CFLAGS)

policies_libpolicies_la_SOURCES = \
	policies/registry.h
policies_libpolicies_la_LIBADD = policies/libbroker.la $(GLIB_LIBS) $(JANSSON_LIBS)
