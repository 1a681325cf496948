# Models: boards as data, and pure functions of them.
noinst_LTLIBRARIES += models/libmodels.la
models_libmodels_la_SOURCES = \
	models/actuator.c \
	models/actuator.h \
	models/cluster.c \
	models/cluster.h \
	models/contention.c \
	models/contention.h \
	models/demand.h \
	models/copy.c \
	models/copy.h \
	models/curve.c \
	models/curve.h \
	models/device.c \
	models/device.h \
	models/estimate.c \
	models/estimate.h \
	models/mig-instance.c \
	models/mig.c \
	models/mig.h \
	models/occupancy.c \
	models/occupancy.h \
	models/sourced-file.c \
	models/sourced.c \
	models/sourced.h \
	models/split.c \
	models/split.h \
	models/spread.c \
	models/spread.h \
	models/work-demand.c \
	models/work-demand.h \
	models/work.c \
	models/work.h \
	sim/base/nearest.h
models_libmodels_la_LIBADD = $(GLIB_LIBS) $(JANSSON_LIBS)

devicedir = $(pkgdatadir)/devices
dist_device_DATA = \
	models/devices/a10.json \
	models/devices/a100-pcie-80.json \
	models/devices/a100-sxm-40.json \
	models/devices/a100-sxm-80.json \
	models/devices/a30.json \
	models/devices/b200.json \
	models/devices/gb200.json \
	models/devices/gh200.json \
	models/devices/h100-pcie.json \
	models/devices/h100-sxm.json \
	models/devices/h200-sxm.json \
	models/devices/l4.json \
	models/devices/l40s.json \
	models/devices/rtx3090.json \
	models/devices/rtx4090.json \
	models/devices/rtx5090.json \
	models/devices/t4.json \
	models/devices/v100-sxm2.json

actuatordir = $(pkgdatadir)/actuators
dist_actuator_DATA = \
	models/actuators/cuda-gate.json \
	models/actuators/gpreempt.json \
	models/actuators/ideal.json \
	models/actuators/reef.json \
	models/actuators/slices.json \
	models/actuators/tally.json \
	models/actuators/xsched-l2.json \
	models/actuators/xsched-l3.json

dist_man_MANS += \
	models/cotenant-device.1 \
	models/cotenant-device.5
EXTRA_DIST += models/README.md
