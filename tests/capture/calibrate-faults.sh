#!/bin/sh
# calibrate-faults - a call that is refused, one that never returns, and values that cannot
# be: each costs what it would have measured, and nothing else.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
CT_DEVICE_PATH=$(cd "${CT_SRCDIR:-.}" && pwd)/models/devices
cotenant=$build/cotenant
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH
LD_LIBRARY_PATH=$build/tests/fakes/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export CT_DEVICE_PATH LD_LIBRARY_PATH
status=0

fail() {
	echo "calibrate-faults: $*" >&2
	status=1
}

ends() { # CODE ARGUMENT...
	want=$1
	shift
	"$cotenant" calibrate --quick "$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(cat err)"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$1" || fail "'$2' is not in $1: $(head -n 20 "$1")"
}

one_sentence() {
	[ "$(wc -l <err)" = 1 ] || fail "not one sentence: $(cat err)"
}

measured() { # FILE: how many numbers
	grep -c '"from": "measured on this' "$1"
}

# A refused call: the benchmark's numbers stay, the others are there.
FAKE_CUDA_REFUSED=cuGraphLaunch ends 1 -o refused.json --only=gap,graph
says err '^cotenant calibrate: graph: cuGraphLaunch: CUDA_ERROR_UNKNOWN (999); what it did not measure stays'
one_sentence
[ "$(measured refused.json)" = 1 ] || fail "not the gap alone: $(measured refused.json)"
"$cotenant" device check refused.json >/dev/null || fail "refused.json"

# Found before the refusal: kept.
FAKE_CUDA_REFUSED=cuMemcpyDtoHAsync_v2 ends 1 -o half.json --only=copy
[ "$(measured half.json)" = 1 ] || fail "not one direction: $(measured half.json)"
says half.json 'pinned copies of 16 and 64 MiB'

# A call that hangs, in a benchmark and in the first question.
begin=$(date +%s)
FAKE_CUDA_HUNG=cuGraphInstantiateWithFlags ends 1 -o hung.json --only=graph,attributes \
	--limit=2
[ $(($(date +%s) - begin)) -lt 30 ] || fail "a hanging benchmark held it up"
says err 'graph: took longer than 2 s and was killed'
one_sentence
[ "$(measured hung.json)" = 16 ] || fail "not the attributes: $(measured hung.json)"
FAKE_CUDA_HUNG=cuInit ends 1 -o init.json --limit=1
says err 'took longer than 1 s'
[ ! -e init.json ] || fail "a file though cuInit hangs"
FAKE_CUDA_REFUSED=cuInit ends 5 -o init.json
one_sentence

# Values that cannot be: not taken, and said; the old file stays where nothing is measured.
echo mine >old.json
FAKE_CUDA_SMS=0 ends 1 -o old.json --base=h200-sxm --only=partition
says err 'splits 0 SMs into no parts'
says old.json '^mine$'
FAKE_CUDA_SMS=0 ends 1 -o absurd.json --base=h200-sxm --only=attributes
says err 'attributes: sms = 0 is not taken'
says absurd.json 'not measured, as shipped for h200-sxm: measured on an H200'
"$cotenant" device check absurd.json >/dev/null || fail "absurd.json"
exit $status
