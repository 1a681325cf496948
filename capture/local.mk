# Capture: everything that touches a real GPU.
EXTRA_DIST += capture/README.md
include capture/collector/local.mk
include capture/record/local.mk
include capture/counters/local.mk
include capture/calibrate/local.mk
