# Tests of the recorder and its collector on fakes.
