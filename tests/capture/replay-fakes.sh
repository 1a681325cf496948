#!/bin/sh
# replay-fakes - recordings from the fake driver, replayed alone: work starts when it did.
#
# The fake's launch latency and gaps are made those of the board.  What is left are gaps
# that the fake does not have (after copies, after kernels that fill the device), and what
# a busy machine does to calls.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
programs=$build/tests/capture/programs
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
LD_LIBRARY_PATH=$build/tests/fakes/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
FAKE_CUDA_LAUNCH_NS=6600
export LD_LIBRARY_PATH FAKE_CUDA_LAUNCH_NS
status=0

fail() {
	echo "replay-fakes: $*" >&2
	status=1
}

# off GAP_NS LIMIT_NS PROGRAM...: nine of ten starts are at most so far off.
off() {
	gap=$1 limit=$2
	shift 2
	FAKE_CUDA_GAP_NS=$gap "$build/cotenant" record -q -o x.ctt "$@" >out 2>err
	"$build/cotenant" run x.ctt --device h200-sxm --policy fifo --output-format=json \
		>report 2>err || fail "$*: no replay: $(cat err)"
	found=$(tr -d '\n' <report |
		sed -n 's/.*"replay_error": {[^}]*"p90": \([0-9]*\).*/\1/p')
	if [ -z "$found" ] || [ "$found" -gt "$limit" ]; then
		fail "$*: starts are ${found:-not known to be} ns off, at most $limit"
	fi
}

off 1110 9000 "$programs"/loop 10
off 1110 9000 "$programs"/ranges

# Branches run side by side: one after the other, starts are 26 us off.
off 500 9000 "$programs"/graph

# Two processes are one tenant, and it says so; one says nothing.
off 1110 1000000000 "$build"/tests/capture/requests pair --requests 3
grep -q 'x: recorded from 2 processes, which are replayed as streams of one context' err ||
	fail "pair: says $(cat err)"
off 1110 1000000000 "$build"/tests/capture/requests train --requests 3
if grep -q processes err; then fail "train: says $(cat err)"; fi
exit $status
