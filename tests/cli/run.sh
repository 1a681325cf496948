#!/bin/sh
# run - cotenant run from outside: its forms, its exit codes, the same bytes every time.
build=$(cd "${CT_BUILDDIR:-.}" && pwd) || exit 1
cotenant=$build/cotenant
report_check=$build/tests/cli/report-check
probes=$build/tests/probes
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
status=0

fail() {
	echo "run: $*" >&2
	status=1
}

# KERNELS kernels of LENGTH us and BLOCKS blocks, launched every 10 us, as Kineto has them.
kineto() {
	awk -v kernels="$1" -v length_us="$2" -v blocks="$3" 'BEGIN {
		printf "{\"schemaVersion\": 1, \"deviceProperties\": [{\"id\": 0, \"name\": \"NVIDIA H200\", "
		printf "\"totalGlobalMem\": 150000000000, \"computeMajor\": 9, \"computeMinor\": 0, "
		printf "\"numSms\": 132}], \"traceEvents\": ["
		for (i = 0; i < kernels; i++) {
			if (i)
				printf ","
			printf "\n{\"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\": \"cudaLaunchKernel\", "
			printf "\"pid\": 7, \"tid\": 7, \"ts\": %d, \"dur\": 4, \"args\": {\"correlation\": %d}},", \
				100 + 10 * i, i + 1
			printf "\n{\"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"work\", \"pid\": 0, \"tid\": 7, "
			printf "\"ts\": %d, \"dur\": %d, \"args\": {\"device\": 0, \"context\": 1, \"stream\": 7, ", \
				110 + (length_us > 10 ? length_us + 1 : 10) * i, length_us
			printf "\"correlation\": %d, \"registers per thread\": 32, \"shared memory\": 0, ", i + 1
			printf "\"grid\": [%d, 1, 1], \"block\": [256, 1, 1]}}", blocks
		}
		print "\n]}"
	}'
}

expect() { # CODE WHAT COMMAND...: exits with it
	want=$1
	what=$2
	shift 2
	"$@" >out 2>err </dev/null
	got=$?
	[ "$got" = "$want" ] || {
		fail "$what: exit code $got, not $want"
		sed 's/^/    /' err >&2
	}
}

says() { # WHAT TEXT: the last command said it on stderr
	grep -q -- "$2" err || {
		fail "$1: did not say '$2'"
		sed 's/^/    /' err >&2
	}
}

kineto 40 30 1056 >heavy.json
kineto 20 5 60 >light.json

# two traces and nothing else: every policy, valid against the schema
expect 0 "two traces" "$cotenant" run heavy.json light.json
grep -q '^fifo .*heavy' out || fail "two traces: fifo is not in the table"
! grep -q '^skeleton' out || fail "two traces: the skeleton is in the table"
expect 0 "json" "$cotenant" run heavy.json l=light.json,slo_ms=1,arrive=poisson:500 \
	--policy turns:slice_ns=500000,depth=2,fifo --repeat 2 --output-format json
"$report_check" <out || fail "json: not as described"
grep -q '"slice_ns": 500000' out || fail "json: an option was lost"
expect 0 "one policy twice" "$cotenant" run heavy.json \
	--policy turns:slice_ns=300000,turns,fifo
grep -q '^turns:slice_ns=300000 ' out || fail "one policy twice: not told apart"
expect 0 "csv" "$cotenant" run heavy.json light.json --policy fifo,share --output-format csv
[ "$(wc -l <out)" = 5 ] || fail "csv: not one row for each run and tenant"

# measured curves: taken, told, and wrong ones refused
curves() { # NAME LAST-SMS
	printf '{"cotenant": "curves/1", "device": "h100-sxm", "kernels": [{"name": "%s", ' "$1"
	printf '"from": "a test", "points": [[66, 2500], [%s, 1000]]}]}' "$2"
}
curves 'wo*' 132 >curves.json
curves 'wo*' 100 >short.json
curves else 132 >else.json
expect 0 "curves" "$cotenant" run heavy.json,curves=curves.json light.json --policy partition
grep -q '^sources   heavy: .*on some of the SMs 100 % by measured curves;' out ||
	fail "curves: no source"
! grep -q '^sources   light: .*curves' out || fail "curves: light has none"
says "curves" "heavy: the curves of curves.json were measured on h100-sxm, and h200-sxm is simulated"
expect 0 "curves, json" "$cotenant" run heavy.json,curves=curves.json light.json \
	--policy partition --output-format json
"$report_check" <out || fail "curves, json: not as described"
grep -q '"curves": "curves.json"' out || fail "curves, json: not in the scenario"
grep -q '"path": "curves.json"' out || fail "curves, json: not among the inputs"
expect 0 "curves of others" "$cotenant" run heavy.json,curves=else.json --policy fifo
says "curves of others" "heavy: none of its kernels has a curve in else.json"
expect 3 "short curves" "$cotenant" run heavy.json,curves=short.json --policy fifo
says "short curves" 'short.json: kernels\[0\].points: the last has 100 SMs, and must have all 132 of'

# the same bytes, whatever the number of threads
for threads in 1 2 8; do
	expect 0 "-j$threads" "$cotenant" run heavy.json light.json,arrive=poisson:800 --repeat 3 \
		--seed 5 --reproducible --output-format json -j$threads -o "j$threads"
done
cmp -s j1 j2 && cmp -s j1 j8 || fail "the bytes depend on the number of threads"
expect 0 "another seed" "$cotenant" run heavy.json light.json,arrive=poisson:800 --repeat 3 \
	--seed 6 --reproducible --output-format json -o other
! cmp -s j1 other || fail "the seed changes nothing"

# a scenario: sweep, expectations, and what it says about itself
cat >scenario.json <<'END'
{ "cotenant": "scenario/1", "why": "a test", "policy": ["fifo", "turns"],
  "tenants": [ { "name": "h", "trace": "heavy.json" },
               { "name": "l.1", "trace": "light.json", "rank": 5, "slo_ns": "1 ms",
                 "arrive": { "period_ns": "2ms" } } ],
  "sweep": { "policy.slice_ns": [200000, 400000], "tenants.h.arrive.copies": [1, 2] },
  "expect": { "l.1.slowdown": { "min": 0.5, "max": 100 },
              "system.stp": { "max": 0.001, "policy": "turns" } } }
END
mkdir elsewhere
(cd elsewhere && "$cotenant" run ../scenario.json --output-format json >../out 2>../err)
[ $? = 1 ] || fail "an unmet expectation does not exit with 1"
says "unmet expectation" "expectation not met: system.stp under turns, policy.slice_ns=200000, tenants.h.arrive.copies=1: .* is above 0.001"
"$report_check" <out || fail "scenario: not as described"
[ "$(grep -c '"digest"' out)" = 8 ] || fail "sweep: not 2 x 2 x 2 runs"
[ "$(grep -c '"met": true' out)" = 8 ] || fail "expect: not met in 8 runs"
expect 0 "--set" "$cotenant" run scenario.json --set 'sweep={}' --set expect='{}' --policy fifo
expect 2 "--set, misspelt" "$cotenant" run scenario.json --set tenants.h.wieght=3
says "--set, misspelt" "did you mean 'weight'"

# what can take work back, where, and of whom
expect 0 "levels" "$cotenant" run heavy.json light.json,rank=5,arrive=poisson:500 --device h200-sxm \
	--actuator xsched-l2 --policy gate-priority:level=queued --output-format json
"$report_check" <out || fail "levels: not as described"
says "levels" "exists on 3.5, 7.0, and h200-sxm is none of these"
expect 5 "a level that it cannot do" "$cotenant" run heavy.json light.json --actuator xsched-l2 \
	--policy gate-priority:level=reset
says "a level that it cannot do" "level=reset needs a host that can reset"
expect 5 "a switch in one context" "$cotenant" run heavy.json light.json --actuator xsched-l3 \
	--policy gate-priority:level=switch
says "a switch in one context" "it needs mode process"
expect 5 "a reset of anybody" "$cotenant" run heavy.json light.json,rank=5,arrive=poisson:500 \
	--actuator reef --policy gate-priority:level=reset
says "a reset of anybody" "cannot be reset: only idempotent kernels"
expect 0 "a reset" "$cotenant" run heavy.json,idempotent=yes light.json,rank=5,arrive=poisson:500 \
	--actuator reef --policy gate-priority:level=reset

# timeline and ledger
expect 0 "timeline" "$cotenant" run heavy.json --policy fifo --timeline t.json --ledger l.txt
grep -q '"name":"work"' t.json || fail "timeline: no kernel in it"
tail -n 1 t.json | grep -q '^]}$' || fail "timeline: not finished"
[ -s l.txt ] || fail "ledger: empty"
expect 2 "timeline of many" "$cotenant" run heavy.json --policy all --timeline t.json

# usage
expect 2 "no operand" "$cotenant" run
expect 2 "no such policy" "$cotenant" run heavy.json --policy fifu
says "no such policy" "did you mean 'fifo'"
expect 2 "no such option" "$cotenant" run heavy.json --polcy fifo
expect 2 "tenant key" "$cotenant" run heavy.json,wieght=3
expect 2 "scenario and trace" "$cotenant" run scenario.json heavy.json
expect 2 "-j" "$cotenant" run heavy.json -j -3
expect 2 "-j0" "$cotenant" run heavy.json -j0
expect 2 "--repeat 0" "$cotenant" run heavy.json --repeat 0
expect 2 "an empty policy" "$cotenant" run heavy.json --policy ''
expect 2 "--mps-percentage 0" "$cotenant" run heavy.json --sharing mps --mps-percentage 0
says "--mps-percentage 0" "mps_percentage: 0 is not in 1..100"
expect 2 "--channels 0" "$cotenant" run heavy.json --channels 0
expect 2 "mig_instance=0" "$cotenant" run heavy.json,mig_instance=0 --mig 3g
expect 2 "a key of no tenant" "$cotenant" run heavy.json,colour=1
[ "$(grep -o 'requests' err | wc -l)" = 1 ] || fail "a key of no tenant: one is named twice"

# input
expect 3 "no such trace" "$cotenant" run nothing.ctt
says "no such trace" "nothing.ctt"
expect 3 "no such device" "$cotenant" run heavy.json --device h100-sxn
expect 3 "no such actuator" "$cotenant" run heavy.json --actuator nothing
says "no such actuator" "cotenant device actuators"
echo '{ "cotenant": "scenario/1", "tenants": [{ "trace": "a", "ranc": 1 }] }' >bad.json
expect 3 "a misspelt key" "$cotenant" run bad.json
says "a misspelt key" "bad.json: tenants\[0\].ranc: no such key; did you mean 'rank'"
echo '{ "cotenant": "scenario/1", ' >torn.json
expect 3 "a torn scenario" "$cotenant" run torn.json
says "a torn scenario" "torn.json: line"
expect 3 "a torn trace" "$cotenant" run "$0"
expect 3 "no such marker" "$cotenant" run heavy.json --requests nowhere
printf '0\n2\n1\n' >times.txt
expect 3 "arrivals" "$cotenant" run heavy.json,arrive=file:times.txt
says "arrivals" "times.txt: line 3"

# ejected, and not possible here
expect 4 "a policy that starves" "$cotenant" run heavy.json --policy "fifo,$probes/miser.so"
grep -q '^fifo' out || fail "a policy that starves: the others are not shown"
grep -q 'ejected: miser' out || fail "a policy that starves: not said"
expect 5 "not possible" "$cotenant" run heavy.json --actuator cuda-gate --policy fifo,exclusive
grep -q '^fifo' out || fail "not possible: the others are not shown"
says "not possible" "exclusive"
expect 0 "not possible, among all" "$cotenant" run heavy.json --actuator cuda-gate
grep -q '^ *exclusive: ' out || fail "not possible, among all: not listed"

# what cannot be written is not a success; what was interrupted leaves no half report
if [ -e /dev/full ]; then
	"$cotenant" run heavy.json --policy fifo >/dev/full 2>err
	[ $? = 1 ] || fail "a full disk goes unnoticed"
	expect 1 "no room for a timeline" "$cotenant" run heavy.json --policy fifo \
		--timeline /dev/full
	says "no room for a timeline" "/dev/full: timeline: "
fi
expect 1 "no such folder" "$cotenant" run heavy.json -o no/where
"$cotenant" run heavy.json light.json --duration 100000s --policy fifo -o half \
	--timeline cut.json 2>err &
sleep 0.5
kill -INT $! 2>/dev/null
wait $!
[ $? -gt 128 ] || fail "interrupted: not by the signal"
tail -n 1 cut.json | grep -q '^]}$' || fail "interrupted: the timeline is not finished"
[ ! -e half ] || fail "interrupted: left a report behind"

exit $status
