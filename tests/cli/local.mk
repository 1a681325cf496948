# The front door, from outside: scripts that exit 0, 1 or 77.
CLI_TESTS = \
	tests/cli/chance.sh \
	tests/cli/device-diff.sh \
	tests/cli/device.sh \
	tests/cli/explain.sh \
	tests/cli/front-door.sh \
	tests/cli/run.sh \
	tests/cli/samples.sh \
	tests/cli/sensitivity.sh \
	tests/cli/sharing.sh \
	tests/cli/trace-counters.sh \
	tests/cli/trace.sh
TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS)
check_PROGRAMS += tests/cli/report-check tests/cli/extended-trace
tests_cli_report_check_SOURCES = tests/cli/report-check.c
tests_cli_report_check_LDADD = $(JANSSON_LIBS)
tests_cli_extended_trace_SOURCES = tests/cli/extended-trace.c \
	tests/unit/trace-sample.c tests/unit/trace-sample.h
tests_cli_extended_trace_LDADD = traces/libtracewriter.la
