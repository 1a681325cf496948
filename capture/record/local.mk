# The recorder: starts programs under the collector and makes a trace of what it wrote.
