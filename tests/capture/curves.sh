#!/bin/sh
# curves - `cotenant record --curves` and --confine on the fake driver, whose kernels take as
# long as their names and grids say: every point can be worked out by hand.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
requests=$build/tests/capture/requests
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
LD_LIBRARY_PATH=$build/tests/fakes/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
status=0

fail() {
	echo "curves: $*" >&2
	status=1
}

record() { # TRACE ARGUMENT...
	trace=$1
	shift
	"$build/cotenant" record -o "$trace" "$@" >out 2>err || fail "$*: exit code $?: $(cat err)"
}

says() { # PATTERN
	grep -q -- "$1" err || fail "'$1' is not among: $(cat err)"
}

# points TRACE: SMs and nanoseconds of every point, sorted
points() {
	"$build/cotenant" trace dump -t curves --output-format=csv "$1" |
		awk -F, 'NR > 1 { print $2, $3 }' | sort -k1n -k2n
}

# A product of 13.2 us that scales, 4 of 5 us that do not, and 1320 blocks: a wave is 1 us.
cat >expected <<'END'
16 5000
16 85000
16 108900
48 5000
48 30000
48 36300
64 5000
64 23000
64 27225
132 5000
132 12000
132 13200
END

for name in plain train graph; do
	record "$name.ctt" --curves=64,16,48,16 -- "$requests" "$name" --requests 3
	points "$name.ctt" >found
	cmp -s expected found || fail "$name: points are $(paste -sd';' found); $(cat err)"
	says 'curves: 3 of the 3 kinds of kernel that make up 95 % of kernel time (100.0 %), on 16, 48, 64 SMs$'
	[ "$(grep -c '"workload"' out)" -lt 3 ] || fail "$name: the runs for curves are heard"
done

# Two processes: all of both are on so many SMs.  (What they ran beside each other, which is a
# matter of luck here, is no point.)
record pair.ctt --curves=16,48 -- "$requests" pair --requests 3
says 'on 16, 48 SMs'
grep -q 'not confined' err && fail "pair: $(cat err)"

# Without numbers: up to 7/8 of the device.
record ladder.ctt --curves -- "$requests" plain --requests 1
says 'on 8, 16, 24, 32, 48, 64, 96 SMs$'

# Who asks the context for its SMs launches another grid: no curve of that kernel.
REQUESTS_GRID_BY_SMS=1 record grid.ctt --curves=16,48 -- "$requests" plain --requests 3
says 'points left out: 2 of another shape$'
points grid.ctt >found
grep -v '^64' expected | grep -v '85000\|30000\|12000' | cmp -s - found ||
	fail "grid by SMs: points are $(paste -sd';' found)"

# Never a silent wrong number: the trace is there, without points.
REQUESTS_OWN_CONTEXT=1 record own.ctt --curves=16,48 -- "$requests" plain --requests 2
says 'on 16 SMs: .* kernels were not confined; the collector: a context that is not'
says "no run on some of the device's 132 SMs succeeded"
[ -z "$(points own.ctt)" ] || fail "points of a run that was not confined"
record odd.ctt --curves=7,48,200 -- "$requests" plain --requests 2
says 'on 7 SMs: .* not confined; the collector: no groups of SMs add up to that'
says 'not on 200 SMs, the device has 132'
points odd.ctt >found
grep '^48\|^132' expected | cmp -s - found || fail "7, 48, 200: $(paste -sd';' found)"

# A recording of its own on some of the SMs says so.
record confined.ctt --confine=24 -- "$requests" plain --requests 2
"$build/cotenant" trace dump -t green --output-format=csv confined.ctt >found
grep -q ',24,132$' found || fail "--confine: green contexts are $(cat found)"
n=$("$build/cotenant" trace export -f csv confined.ctt |
	awk -F, '/gemm_scale/ && $14 - $13 == 72600 { n++ } END { print n + 0 }')
[ "$n" = 24 ] || fail "--confine=24: $n products of 72.6 us, not 24"

# Confinement outlasts the recording, and the program setting its own context again.
REQUESTS_EXPECT_SMS=24 record short.ctt --confine=24 --duration=1ms -- "$requests" plain --requests 2000
n=$("$build/cotenant" trace export -f csv short.ctt | grep -c gemm_scale)
if [ "$n" -eq 0 ] || [ "$n" -ge 16000 ]; then
	fail "--duration=1ms: $n products of 16008"
fi

left=$(find . -name '*.spools' | head -n 1)
[ -z "$left" ] || fail "$left is left"
exit $status
