# Measures a GPU into a device file.
bin_PROGRAMS += cotenant-calibrate
cotenant_calibrate_SOURCES = \
	capture/calibrate/bench-attributes.c \
	capture/calibrate/bench-copy.c \
	capture/calibrate/bench-device.c \
	capture/calibrate/bench-gap.c \
	capture/calibrate/bench-graph.c \
	capture/calibrate/bench-launch.c \
	capture/calibrate/bench-partition.c \
	capture/calibrate/board.c \
	capture/calibrate/board.h \
	capture/calibrate/calibrate.c \
	capture/calibrate/child.c \
	capture/calibrate/child.h \
	capture/calibrate/driver.c \
	capture/calibrate/driver.h \
	capture/calibrate/statistics.c \
	capture/calibrate/statistics.h \
	capture/calibrate/suite.c \
	capture/calibrate/suite.h
cotenant_calibrate_LDADD = models/libmodels.la $(GLIB_LIBS) $(JANSSON_LIBS) -lm -ldl
dist_man_MANS += capture/calibrate/cotenant-calibrate.1
