# Small programs of the driver API, to be recorded; they find the fake driver by -rpath.
captured_programs = \
	tests/capture/programs/closes \
	tests/capture/programs/copies \
	tests/capture/programs/ends \
	tests/capture/programs/forks \
	tests/capture/programs/graph \
	tests/capture/programs/green \
	tests/capture/programs/loop \
	tests/capture/programs/names \
	tests/capture/programs/ranges \
	tests/capture/programs/shapes \
	tests/capture/programs/streams \
	tests/capture/programs/threads
check_PROGRAMS += $(captured_programs)
noinst_HEADERS += tests/capture/programs/program.h
# Also the fakes' own tests, with those of the collector.
CAPTURE_TESTS += $(FAKES_TESTS)
captured_program_libs = tests/fakes/libcuda.la -lpthread

tests_capture_programs_closes_SOURCES = tests/capture/programs/closes.c
tests_capture_programs_closes_CFLAGS = $(fakes_flags)
tests_capture_programs_closes_LDFLAGS = $(fake_program_flags)
tests_capture_programs_closes_LDADD = $(captured_program_libs)
tests_capture_programs_copies_SOURCES = tests/capture/programs/copies.c
tests_capture_programs_copies_CFLAGS = $(fakes_flags)
tests_capture_programs_copies_LDFLAGS = $(fake_program_flags)
tests_capture_programs_copies_LDADD = $(captured_program_libs)
tests_capture_programs_ends_SOURCES = tests/capture/programs/ends.c
tests_capture_programs_ends_CFLAGS = $(fakes_flags)
tests_capture_programs_ends_LDFLAGS = $(fake_program_flags)
tests_capture_programs_ends_LDADD = $(captured_program_libs)
tests_capture_programs_forks_SOURCES = tests/capture/programs/forks.c
tests_capture_programs_forks_CFLAGS = $(fakes_flags)
tests_capture_programs_forks_LDFLAGS = $(fake_program_flags)
tests_capture_programs_forks_LDADD = $(captured_program_libs)
tests_capture_programs_graph_SOURCES = tests/capture/programs/graph.c
tests_capture_programs_graph_CFLAGS = $(fakes_flags)
tests_capture_programs_graph_LDFLAGS = $(fake_program_flags)
tests_capture_programs_graph_LDADD = $(captured_program_libs)
tests_capture_programs_green_SOURCES = tests/capture/programs/green.c
tests_capture_programs_green_CFLAGS = $(fakes_flags)
tests_capture_programs_green_LDFLAGS = $(fake_program_flags)
tests_capture_programs_green_LDADD = $(captured_program_libs)
tests_capture_programs_loop_SOURCES = tests/capture/programs/loop.c
tests_capture_programs_loop_CFLAGS = $(fakes_flags)
tests_capture_programs_loop_LDFLAGS = $(fake_program_flags)
tests_capture_programs_loop_LDADD = $(captured_program_libs)
tests_capture_programs_shapes_SOURCES = tests/capture/programs/shapes.c
tests_capture_programs_shapes_CFLAGS = $(fakes_flags)
tests_capture_programs_shapes_LDFLAGS = $(fake_program_flags)
tests_capture_programs_shapes_LDADD = $(captured_program_libs)
tests_capture_programs_streams_SOURCES = tests/capture/programs/streams.c
tests_capture_programs_streams_CFLAGS = $(fakes_flags)
tests_capture_programs_streams_LDFLAGS = $(fake_program_flags)
tests_capture_programs_streams_LDADD = $(captured_program_libs)
tests_capture_programs_threads_SOURCES = tests/capture/programs/threads.c
tests_capture_programs_threads_CFLAGS = $(fakes_flags)
tests_capture_programs_threads_LDFLAGS = $(fake_program_flags)
tests_capture_programs_threads_LDADD = $(captured_program_libs)
tests_capture_programs_names_SOURCES = tests/capture/programs/names.c
tests_capture_programs_names_CFLAGS = $(fakes_flags)
tests_capture_programs_names_LDFLAGS = $(fake_program_flags)
tests_capture_programs_names_LDADD = $(captured_program_libs)
tests_capture_programs_ranges_SOURCES = tests/capture/programs/ranges.c \
	tests/capture/nvtx-client.c tests/capture/nvtx-client.h
tests_capture_programs_ranges_CFLAGS = $(fakes_flags)
tests_capture_programs_ranges_LDFLAGS = $(fake_program_flags)
tests_capture_programs_ranges_LDADD = $(captured_program_libs) -ldl

# The collector inside them, against what each must leave in its spool.
CAPTURE_TESTS += tests/capture/collector.sh
EXTRA_DIST += tests/capture/collector.sh \
	tests/capture/golden/copies.txt \
	tests/capture/golden/graph.txt \
	tests/capture/golden/green.txt \
	tests/capture/golden/loop.txt \
	tests/capture/golden/names.txt \
	tests/capture/golden/ranges.txt \
	tests/capture/golden/shapes.txt \
	tests/capture/golden/streams.txt \
	tests/capture/golden/threads.txt
check_PROGRAMS += tests/capture/spool-dump
tests_capture_spool_dump_SOURCES = \
	tests/capture/spool-dump.c \
	tests/capture/spool-view.c \
	tests/capture/spool-view.h
tests_capture_spool_dump_LDADD = $(XXHASH_LIBS)
