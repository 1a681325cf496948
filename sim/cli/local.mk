# The front door: the program, its commands, and what it prints.
bin_PROGRAMS += cotenant
cotenant_SOURCES = \
	sim/cli/cli.c \
	sim/cli/cli.h \
	sim/cli/cmd-device.c \
	sim/cli/cotenant.c \
	sim/cli/format.c \
	sim/cli/table.c
cotenant_LDADD = sim/libsim.la -lm
