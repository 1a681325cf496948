# The recorder: starts programs under the collector and makes a trace of what it wrote.
bin_PROGRAMS += cotenant-record
cotenant_record_SOURCES = \
	capture/record/confined.c \
	capture/record/confined.h \
	capture/record/find.c \
	capture/record/find.h \
	capture/record/launch.c \
	capture/record/launch.h \
	capture/record/notes.c \
	capture/record/notes.h \
	capture/record/options.c \
	capture/record/options.h \
	capture/record/pass-counters.c \
	capture/record/pass-curves.c \
	capture/record/pass.c \
	capture/record/pass.h \
	capture/record/record.c \
	capture/record/recording.c \
	capture/record/recording.h \
	capture/record/run.c \
	capture/record/run.h \
	capture/record/summary.c \
	capture/record/summary.h \
	capture/record/why.c \
	capture/record/why.h \
	capture/session.h
cotenant_record_LDADD = traces/libtraces.la $(GLIB_LIBS) -lm -ldl
dist_man_MANS += capture/record/cotenant-record.1
