# The fluid engine beside the block engine; the programs are tests.
dist_noinst_SCRIPTS += experiments/engines/run
EXTRA_DIST += experiments/engines/README.md
