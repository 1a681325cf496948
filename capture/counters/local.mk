# Counters: what hardware counters say of each kernel, measured in a pass of its own.
