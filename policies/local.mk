# Policies: the contract, the broker, and one file per policy.
noinst_LTLIBRARIES += policies/libpolicies.la
policies_libpolicies_la_SOURCES = \
	policies/actuator.h \
	policies/broker.h \
	policies/policy.h \
	policies/registry.h
policies_libpolicies_la_LIBADD = $(GLIB_LIBS) $(JANSSON_LIBS)
