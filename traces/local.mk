# Traces: the format, its reader and writer, importers, exporters, tools.
noinst_LTLIBRARIES += traces/libtraces.la
traces_libtraces_la_SOURCES = \
	traces/assemble.h \
	traces/export.h \
	traces/format.h \
	traces/import.h \
	traces/reader.h \
	traces/sorter.h \
	traces/stats.h \
	traces/writer.h
traces_libtraces_la_LIBADD = $(GLIB_LIBS) $(YAJL_LIBS) $(SQLITE_LIBS) $(ZSTD_LIBS) \
	$(ZLIB_LIBS) $(XXHASH_LIBS)
