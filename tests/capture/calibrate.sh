#!/bin/sh
# calibrate - `cotenant calibrate` on the fake driver finds the constants that it was given,
# and what it writes is a device file.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
source=$(cd "${CT_SRCDIR:-.}" && pwd)
CT_DEVICE_PATH=$source/models/devices
cotenant=$build/cotenant
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH
export CT_DEVICE_PATH
status=0

fail() {
	echo "calibrate: $*" >&2
	status=1
}

ends() { # CODE ARGUMENT...
	want=$1
	shift
	"$cotenant" calibrate "$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(cat err)"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$1" || fail "'$2' is not in $1: $(head -n 20 "$1")"
}

# value FILE KEY: of a device file, by the last word of its key
value() {
	awk -v key="\"${2##*.}\": {" 'index($0, key) { here = 1 }
		here && /"value":/ { gsub(/[^0-9]/, ""); print; exit }' "$1"
}

between() { # FILE KEY LEAST MOST
	got=$(value "$1" "$2")
	[ -n "$got" ] && [ "$got" -ge "$3" ] && [ "$got" -le "$4" ] ||
		fail "$2 of $1 is '$got', not $3 to $4"
}

# Without a driver; with one, but no GPU.
if ! ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'; then
	ends 5 -o none.json
	says err 'no NVIDIA driver'
	[ "$(wc -l <err)" = 1 ] || fail "not one sentence: $(cat err)"
fi
LD_LIBRARY_PATH=$build/tests/fakes/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
FAKE_CUDA_DEVICES=0 ends 5 -o none.json
says err 'no GPU here'
ends 5 -o none.json --gpu=3
says err 'no GPU 3'
[ ! -e none.json ] || fail "a file without a GPU"

# The command line.
ends 2
ends 2 -o my.txt
ends 2 -o my.json extra
ends 2 -o my.json --only=absent
ends 2 -o my.json --gpu=-1
ends 2 -o my.json --limit=0
ends 3 -o my.json --base=./absent.json --only=attributes
ends 3 -o "$dir/no/folder/my.json" --only=attributes
ends 0 --list
for name in attributes partition launch gap graph copy; do
	says out "^$name "
done
FAKE_CUDA_SMS=78 ends 2 -o my.json
says err '78 SMs'
[ ! -e my.json ] || fail "a file after an error"

# The constants.  What stands on the device's clock is exact up to the times' being float
# milliseconds; what the host sees is late by what this machine needs to look: an upper bound
# that is far below another constant.  A profiler in the environment is not measured.
FAKE_CUDA_LAUNCH_NS=400000 FAKE_CUDA_GAP_NS=700 CUDA_INJECTION64_PATH=/nonexistent \
	ends 0 -o my.json --quick --raw=raw.jsonl
"$cotenant" device check my.json >out 2>err || fail "device check: $(cat err)"
between my.json latency.stream_gap_ns 690 710
between my.json latency.graph_gap_ns 690 710
between my.json latency.launch_ns 400000 480000
between my.json latency.sync_wakeup_ns 0 20000000
between my.json copy.latency_ns 1490 1510
between my.json copy.h2d_bytes_per_s 24900000000 25100000000
between my.json copy.d2h_bytes_per_s 24900000000 25100000000
between my.json sms 132 132
between my.json copy.engines 3 3
between my.json stream_priorities 6 6
between my.json partition.min_sms 8 8
between my.json partition.granule_sms 8 8
between my.json memory.l2_bytes 62914560 62914560
says my.json 'measured on this machine.s Fake H200, driver 13.0, .*median of 20, quartiles'
says my.json 'not measured, as shipped for h200-sxm: '
[ "$(grep -c '"from": "measured on this\|"from": "not measured, as' my.json)" = \
	"$(grep -c '"from"' my.json)" ] || fail "a number does not say whether it was measured"
says raw.jsonl '"key":"copy.h2d.67108864_ns"'
says raw.jsonl '"samples":\['

# The host's time of a call is found in a graph's.
FAKE_CUDA_CALL_NS=300000 ends 0 -o graph.json --quick --only=graph
between graph.json latency.graph_launch_ns 280000 400000
says graph.json 'not measured, as shipped for h200-sxm: general knowledge: 2 to 10 us per'

# Another number of SMs than the base: what is known of their order is not kept.
FAKE_CUDA_SMS=144 ends 0 -o more.json --base=h200-sxm --only=attributes
between more.json sms 144 144
! grep -q gpc_sms more.json || fail "the GPCs of another device"

# A run uses it.
"$cotenant" run --device my.json --duration 20ms "$source/traces/samples/llm-decode.ctt" \
	>out 2>err || fail "run: $(cat err)"
exit $status
