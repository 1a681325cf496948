# Traces: the format, its reader and writer, importers, exporters, tools.
noinst_LTLIBRARIES += traces/libtraces.la
traces_libtraces_la_SOURCES = \
	traces/assemble.h \
	traces/check.c \
	traces/check.h \
	traces/copier.c \
	traces/copier.h \
	traces/cut.c \
	traces/cut.h \
	traces/events.c \
	traces/events.h \
	traces/csv.c \
	traces/csv.h \
	traces/export.h \
	traces/format.h \
	traces/import.h \
	traces/import-nsys-csv.c \
	traces/import-orion-csv.c \
	traces/merge.c \
	traces/merge.h \
	traces/quantiles.c \
	traces/quantiles.h \
	traces/reader.h \
	traces/sorter.h \
	traces/stats.c \
	traces/stats.h \
	traces/writer.h
traces_libtraces_la_LIBADD = $(GLIB_LIBS) $(YAJL_LIBS) $(SQLITE_LIBS) $(ZSTD_LIBS) \
	$(ZLIB_LIBS) $(XXHASH_LIBS)
