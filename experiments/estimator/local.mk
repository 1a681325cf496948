EXTRA_DIST += experiments/estimator/README.md experiments/estimator/run
