#!/bin/sh
# chance - what a report says of figures that one run, or several, can tell.
build=$(cd "${CT_BUILDDIR:-.}" && pwd) || exit 1
cotenant=$build/cotenant
report_check=$build/tests/cli/report-check
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
status=0

fail() {
	echo "chance: $*" >&2
	status=1
}

run() { # CODE ARGUMENTS...
	want=$1
	shift
	"$cotenant" run "$@" >out 2>err
	code=$?
	[ "$code" = "$want" ] || fail "run $*: exit $code, not $want: $(cat err)"
}

"$cotenant" trace generate -q vision -r 3 -o v.ctt || fail "no trace"

# four closed loops, one run: nothing is best, and the report says why
run 0 v.ctt,arrive=closed:3 w=v.ctt --policy fifo,share
grep -q '4 closed loops at a time are chaotic: .*--repeat and --jitter' err ||
	fail "four loops: no warning: $(cat err)"
! grep -q '[0-9]\*' out || fail "four loops: one run names a best policy"

# three: no warning
run 0 v.ctt,arrive=closed:2 w=v.ctt --policy fifo,share
! grep -q chaotic err || fail "three loops: warned"
grep -q '[0-9s]\*' out || fail "three loops: nothing is best"

# repeats of one run are told from repeats
run 0 v.ctt w=v.ctt --policy fifo --repeat 3
grep -q 'fifo: all 3 repeats were the same run' err || fail "same runs: no warning"
run 0 v.ctt w=v.ctt --policy fifo --repeat 3 --jitter 2000 --output-format json
! grep -q 'the same run' out err || fail "jitter: warned of one run"
"$report_check" <out || fail "jitter: not as described"
grep -q '"distinct": 3' out || fail "jitter: runs do not differ"
grep -q '"jitter_ppm": 2000' out || fail "jitter: not in the scenario"
grep -q '"half_width": [1-9]' out || fail "jitter: no interval"

# the same in CSV: what all repeats come to stands in every row
run 0 v.ctt w=v.ctt --policy fifo --repeat 3 --jitter 2000 --output-format csv
means=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "stp_mean") c = i }
	NR > 1 && $c > 0 { print $c }' out | sort -u | wc -l)
[ "$means" = 1 ] || fail "csv: $means means of STP, not one"
[ "$(wc -l <out)" = 7 ] || fail "csv: not one row for each run and tenant"

# the engine is named, and what it cannot do is refused in words
run 0 v.ctt w=v.ctt --policy all --engine fluid
grep -q 'engine fluid: .* an estimate' err || fail "fluid: not said to be an estimate"
grep -q 'engine fluid$' out || fail "text: the engine is not named"
grep -q 'priority: engine fluid: .*fluid_priorities' out || fail "fluid: ranks"
grep -q 'partition: engine fluid: .*divides the SMs' out || fail "fluid: divides SMs"
run 0 v.ctt,rank=1 w=v.ctt --policy priority --engine fluid --set fluid_priorities=true \
	--output-format json
grep -q 'who comes second' err || fail "fluid with priorities: no warning"
grep -q '"engine": "fluid"' out || fail "json: the engine is not named"
run 2 v.ctt --engine steam
grep -q 'must be "block" or "fluid"' err || fail "an unknown engine: $(cat err)"
run 2 v.ctt --jitter 600000
grep -q '0..500000' err || fail "too much jitter: $(cat err)"
run 5 v.ctt,mps_percentage=50 w=v.ctt --sharing mps --policy fifo --engine fluid
grep -q 'mps_percentage' err || fail "a cap under fluid: $(cat err)"

exit $status
