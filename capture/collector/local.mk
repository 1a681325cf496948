# The collector: the library that records inside a program.
