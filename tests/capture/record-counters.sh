#!/bin/sh
# record-counters - `cotenant record --counters` from the command to the simulator: a program
# is recorded, run again, and what its kernels move is measured, not guessed.
build=${CT_BUILDDIR:-.}
COTENANT_CUPTI=$build/tests/fakes/.libs/libcupti.so.13
programs=$build/tests/capture/programs
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
TMPDIR=$dir
export TMPDIR COTENANT_CUPTI
status=0

fail() {
	echo "record-counters: $*" >&2
	status=1
}

record() { # PROGRAM OPTION...: into $dir/PROGRAM.ctt
	program=$1
	shift
	"$build/cotenant-record" --counters --no-check "$@" -o "$dir/$program.ctt" -- \
		"$programs/$program" >"$dir/out" 2>"$dir/err" ||
		fail "$program: $(cat "$dir/err")"
	[ "$(wc -l <"$dir/out")" = 1 ] || fail "$program: said $(cat "$dir/out")"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$dir/$1" || fail "'$2' is not in: $(cat "$dir/$1")"
}

simulate() { # PROGRAM
	"$build/cotenant" run "$dir/$1.ctt" --device h200-sxm --policy fifo --estimator none \
		>"$dir/out" 2>"$dir/err" || fail "$1: $(cat "$dir/err")"
}

# Each way to launch a kernel.
record shapes
says err 'counters for 5 of 5 launch shapes, 100.0 % of kernel time$'
simulate shapes
says out 'DRAM use 100 % measured'

record threads
says err 'counters for 8 of 8 launch shapes, 100.0 % of kernel time$'

# Kernels of graphs are not measured, and that is said.
record graph
says err 'of kernel time; kernels of 6 graph launches were not measured$'
simulate graph
says out 'unknown'

# Whatever fails, there is a trace.
FAKE_RANGES=denied
export FAKE_RANGES
record shapes
says err 'counters: none in the trace: the driver keeps hardware counters to the administrator'
simulate shapes
says out 'DRAM use 100 % unknown'
exit $status
