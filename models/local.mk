# Models: boards as data, and pure functions of them.
noinst_LTLIBRARIES += models/libmodels.la
models_libmodels_la_SOURCES = \
	models/device.h \
	models/occupancy.h \
	models/work.h
models_libmodels_la_LIBADD = $(GLIB_LIBS) $(JANSSON_LIBS)
