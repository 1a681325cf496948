# The front door: the program, its commands, and what it prints.
bin_PROGRAMS += cotenant
cotenant_SOURCES = \
	sim/cli/cli.c \
	sim/cli/cli.h \
	sim/cli/cmd-device-actuators.c \
	sim/cli/cmd-device-diff.c \
	sim/cli/cmd-device-draw.c \
	sim/cli/cmd-device.c \
	sim/cli/cmd-device.h \
	sim/cli/cmd-policy.c \
	sim/cli/cmd-run-options.c \
	sim/cli/cmd-run.c \
	sim/cli/cmd-run.h \
	sim/cli/cmd-trace-check.c \
	sim/cli/cmd-trace-counters.c \
	sim/cli/cmd-trace-cut.c \
	sim/cli/cmd-trace-dump.c \
	sim/cli/cmd-trace-export.c \
	sim/cli/cmd-trace-generate.c \
	sim/cli/cmd-trace-info.c \
	sim/cli/cmd-trace-merge.c \
	sim/cli/cmd-trace.c \
	sim/cli/cmd-trace.h \
	sim/cli/cotenant.c \
	sim/cli/device-picture.c \
	sim/cli/device-picture.h \
	sim/cli/drawing-svg.c \
	sim/cli/drawing.c \
	sim/cli/drawing.h \
	sim/cli/entries.c \
	sim/cli/entries.h \
	sim/cli/format.c \
	sim/cli/open-trace.c \
	sim/cli/open-trace.h \
	sim/cli/report-csv.c \
	sim/cli/report-expect.c \
	sim/cli/report-explain-json.c \
	sim/cli/report-explain.c \
	sim/cli/report-json.c \
	sim/cli/report-sensitivity.c \
	sim/cli/report-sources.c \
	sim/cli/report-summary.c \
	sim/cli/report-text.c \
	sim/cli/report.c \
	sim/cli/report.h \
	sim/cli/table.c \
	sim/cli/trace-tables.c \
	sim/cli/trace-tables.h
EXTRA_DIST += sim/README.md sim/cli/README.md
cotenant_LDADD = sim/libsim.la -lm
dist_man_MANS += sim/cli/cotenant.1
