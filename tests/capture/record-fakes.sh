#!/bin/sh
# record-fakes - `cotenant record` with its collector, on a driver and a CUPTI that need no
# GPU: programs do what they did, and their traces hold what they did.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
cotenant=$build/cotenant
programs=$build/tests/capture/programs
fakes=$build/tests/fakes/.libs
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_COLLECTOR
# Python and others would find a real one
COTENANT_CUPTI=$fakes/libcupti.so.13
LD_LIBRARY_PATH=$fakes${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export COTENANT_CUPTI LD_LIBRARY_PATH
status=0

fail() {
	echo "record-fakes: $*" >&2
	status=1
}

says() { # FILE PATTERN
	grep -q -- "$2" "$1" || fail "'$2' is not in $1: $(head -c 400 "$1")"
}

holds() { # TRACE NUMBER: it has NUMBER kernels, and nothing of ours is left beside it
	"$cotenant" trace info --output-format=json "$1" >info 2>&1 || fail "$1: $(cat info)"
	says info "\"kernels\": $2,"
	[ "$(echo ./*.spools*)" = './*.spools*' ] || fail "a folder is left: $(echo ./*.spools*)"
}

# same KERNELS PROGRAM ARGUMENT...: recorded it does what it does alone; $dir/x.ctt
same() {
	want=$1
	shift
	"$programs"/"$@" >alone 2>alone.err
	code=$?
	"$cotenant" record -o x.ctt "$programs"/"$@" >out 2>err
	got=$?
	[ $got = $code ] || fail "$*: exit code $got, and $code alone: $(cat err)"
	cmp -s out alone || fail "$*: prints $(cat out), and $(cat alone) alone"
	holds x.ctt "$want"
}

same 20 loop
grep -q '^cotenant record: x.ctt: 20 kernels, 0 copies, 1 process, 1 thread, ' err || fail "loop: $(cat err)"
says err 'it may stand for isolated work'
[ "$(wc -l <err)" = 2 ] || fail "loop: says more: $(cat err)"
same 2000 loop 1000
"$cotenant" run x.ctt --device h200-sxm --duration 20ms >out 2>&1 || fail "no replay: $(cat out)"
same 320 threads
says err '4 threads'
same 14 streams
same 19 graph
says err '1 thread'
same 3 green
same 30 closes
same 10 forks after
says err '1 process,'
same 10 forks before
says err '2 processes,'

# no kernel: nothing is recorded, and an old trace stays
echo old >old.ctt
"$programs"/copies >alone
"$cotenant" record -o old.ctt "$programs"/copies >out 2>err || fail "copies: code $?"
cmp -s out alone || fail "copies: prints $(cat out)"
says err 'nothing was recorded: .*no kernel ran'
[ "$(cat old.ctt)" = old ] || fail "copies: the old trace was touched"

# how processes end
"$cotenant" record -o x.ctt "$programs"/ends kill 600 >out 2>err
[ $? = 137 ] || fail "ends kill: not by its signal: $(cat err)"
says err '1 of 1 processes ended without closing'
says out '^ends: '
"$cotenant" trace info x.ctt >info 2>&1 || fail "ends kill: $(cat info)"
"$cotenant" record -o x.ctt "$programs"/ends exit 600 >out 2>err
[ $? = 3 ] || fail "ends exit: not its code: $(cat err)"
says err 'kernels, 0 copies, 1 process'
"$cotenant" record -o x.ctt "$programs"/ends return 100 >out 2>err
[ $? = 4 ] || fail "ends return: not its code: $(cat err)"
holds x.ctt "$(sed -n 's/^ends: \([0-9]*\) steps.*/\1/p' out)"

# why nothing was recorded, from the collector itself
unheard() { # PATTERN VARIABLE=VALUE
	env "$2" "$cotenant" record -o old.ctt "$programs"/loop 4 >out 2>err
	[ $? = 5 ] || fail "$2: not the program's code: $(cat err)"
	[ "$(cat out)" = 'loop: 4 rounds' ] || fail "$2: the program prints $(cat out)"
	grep -q "^cotenant record: nothing was recorded: .*$1" err || fail "$2: says $(cat err)"
	[ "$(wc -l <err)" = 1 ] || fail "$2: not one sentence but: $(cat err)"
	[ "$(cat old.ctt)" = old ] || fail "$2: the old trace was touched"
	[ "$(echo ./*.spools*)" = './*.spools*' ] || fail "$2: a folder is left"
}
unheard 'CUPTI was not found (.*/no/libcupti.so.*)' COTENANT_CUPTI=/no/libcupti.so
unheard 'CUPTI is too old (.*has no' "COTENANT_CUPTI=$fakes/../lame/.libs/libcupti.so.13"
unheard 'one profiler in a program.*ncu' FAKE_CUPTI_BUSY=ncu
unheard 'does not permit it' FAKE_CUPTI_DENIED=subscribe
"$cotenant" record -o old.ctt env -i "LD_LIBRARY_PATH=$LD_LIBRARY_PATH" "$programs"/loop 4 >out 2>err
[ $? = 5 ] || fail "env -i: not the program's code: $(cat err)"
says err 'nothing was recorded: .*cleared its environment'

# CUDA 12's CUPTI
COTENANT_CUPTI=$fakes/../cuda12/.libs/libcupti.so.12 "$cotenant" record -o x.ctt "$programs"/loop 6 >out 2>err
says err '12 kernels'
holds x.ctt 12

# several at once; only the first; a limit of bytes, of time
"$cotenant" record -o x.ctt sh -c "for i in 1 2 3; do $programs/loop 5 & done; wait; exit 6" >out 2>err
[ $? = 6 ] || fail "three at once: not the shell's code"
says err '30 kernels, 0 copies, 3 processes, 3 threads'
holds x.ctt 30
"$cotenant" record --no-children -o x.ctt "$programs"/loop 5 >out 2>err
holds x.ctt 10
"$cotenant" record --no-children -o old.ctt sh -c "$programs/loop 5; exit 6" >out 2>err
says err 'nothing was recorded: .*--no-children'
"$cotenant" record --max-size=600K -o x.ctt "$programs"/loop 20000 >out 2>err
[ $? = 5 ] || fail "--max-size: not the program's code: $(cat err)"
says err 'ended at its limit of bytes'
"$cotenant" record --duration=200ms -o x.ctt "$programs"/ends return 1000 >out 2>err
[ $? = 4 ] || fail "--duration: not the program's code: $(cat err)"
"$cotenant" trace info --output-format=json x.ctt >info 2>&1
n=$(sed -n 's/.*"kernels": \([0-9]*\),.*/\1/p' info)
all=$(sed -n 's/^ends: \([0-9]*\) steps.*/\1/p' out)
[ "${n:-0}" -gt 0 ] && [ "$n" -lt $((all * 2 / 3)) ] || fail "--duration: $n of $all kernels"

# requests: counted, replayed by the words that are said, and where a recording begins
requests=$build/tests/capture/requests
"$cotenant" record -r request -o x.ctt "$requests" vit --requests 5 >out 2>err || fail "requests: $(cat err)"
says err "5 requests 'request'; to replay: cotenant run x.ctt,requests=request"
"$cotenant" run x.ctt,requests=request --device h200-sxm --duration 20ms >out 2>&1 || fail "no replay: $(cat out)"
"$cotenant" trace info --output-format=json x.ctt >info
all=$(sed -n 's/.*"kernels": \([0-9]*\),.*/\1/p' info)
"$cotenant" record --start-on-marker='reques*' -r request -o x.ctt "$requests" vit --requests 5 >out 2>err
says err "5 requests 'request'"
"$cotenant" trace info --output-format=json x.ctt >info
n=$(sed -n 's/.*"kernels": \([0-9]*\),.*/\1/p' info)
[ "${n:-0}" -gt 0 ] && [ "$n" -lt "$all" ] || fail "--start-on-marker: $n kernels, $all without"
"$cotenant" record --start-on-marker=never -o old.ctt "$requests" vit --requests 5 >out 2>err
says err "nothing was recorded: no range 'never' began"
[ "$(cat old.ctt)" = old ] || fail "--start-on-marker: the old trace was touched"
NVTX_INJECTION64_PATH=/mine "$cotenant" record -r request -o x.ctt "$requests" vit --requests 5 >out 2>err
says err "no range 'request' in it.*NVTX_INJECTION64_PATH is set to /mine"

# on some of the SMs: believed only if the records say so
"$cotenant" record --confine=24 -o x.ctt "$programs"/loop 5 >out 2>err
[ $? = 5 ] || fail "--confine: not the program's code: $(cat err)"
says err 'all of it was on 24 SMs'
holds x.ctt 10
"$cotenant" record --confine=23 -o x.ctt "$programs"/loop 5 >out 2>err
[ $? = 5 ] || fail "--confine: not the program's code: $(cat err)"
says err 'not confined as it was asked for: .*10 of 10 kernels'
holds x.ctt 10

# signals while it works, from outside of its group
"$cotenant" record -o term.ctt "$programs"/ends return 10000 >out 2>err &
recorder=$!
sleep 0.7
setsid kill -TERM $recorder
wait $recorder
[ $? = 143 ] || fail "SIGTERM: not the program's end: $(cat err)"
if grep -q 'without closing' err; then fail "SIGTERM: records are missing: $(cat err)"; fi
"$cotenant" trace info term.ctt >info 2>&1 || fail "SIGTERM: $(cat info)"
"$cotenant" record -o rescue.ctt "$programs"/ends return 1500 >out 2>err &
recorder=$!
sleep 0.7
kill -9 $recorder
wait $recorder 2>/dev/null
i=0
while ! grep -q '^ends: ' out && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
sleep 0.3
"$cotenant" trace import -o rescue.ctt rescue.ctt.*.spools >info 2>&1 || fail "no rescue: $(cat info)"
rm -rf rescue.ctt.*.spools
holds rescue.ctt "$(sed -n 's/^ends: \([0-9]*\) steps.*/\1/p' out)"
exit $status
