#!/bin/sh
# record-traces - recordings become traces: what is said of them, how they end, and that
# `cotenant run` replays them.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
cotenant=$build/cotenant
actor=$build/tests/capture/record-actor
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/a folder" && cd "$dir/a folder" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
COTENANT_COLLECTOR=$actor # any file: nobody loads it here
export COTENANT_COLLECTOR
status=0

fail() {
	echo "record-traces: $*" >&2
	status=1
}

# ends CODE ARGUMENT...: `cotenant record ARGUMENT...` ends with CODE
ends() {
	want=$1
	shift
	"$cotenant" record "$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(cat err)"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$1" || fail "'$2' is not in $1: $(cat "$1")"
}

# holds TRACE NUMBER: it has NUMBER kernels, and nothing of ours is left beside it
holds() {
	"$cotenant" trace info --output-format=json "$1" >info 2>&1 || fail "$1: $(cat info)"
	says info "\"kernels\": $2,"
	[ "$(echo ./*.spools*)" = './*.spools*' ] || fail "a folder is left: $(echo ./*.spools*)"
}

# what is said, to the letter but for sizes
ends 5 -r request -- "$actor" say=hello up begin=warm kernels=10 close begin=request kernels=7 \
	close begin=request begin=request kernels=3 close close end exit=5
[ "$(cat out)" = hello ] || fail "the program's output is $(cat out)"
sed 's/, [0-9.]* KiB ([0-9]* bytes a kernel)/, SIZE/' err >said
cat >wanted <<'END'
cotenant record: record-actor.ctt: 20 kernels, 0 copies, 1 process, 1 thread, 0.41 ms, SIZE
cotenant record: 2 requests 'request'; to replay: cotenant run record-actor.ctt,requests=request
cotenant record: it may stand for isolated work: every rule holds
END
cmp -s said wanted || fail "it says: $(cat err)"
holds record-actor.ctt 20
"$cotenant" trace check record-actor.ctt >out 2>&1 || fail "trace check: $(cat out)"

# the very words replay it
command=$(sed -n 's/.*to replay: cotenant \(.*\)/\1/p' err)
# shellcheck disable=SC2086 # the words of a command
"$cotenant" $command --device h100-sxm --duration 5ms >out 2>&1 || fail "$command: $(cat out)"
says out 'record-actor'

# names that need quotes, and ranges that were not asked for
ends 0 -o 'two words.ctt' "$actor" up begin='my step' kernels=2 close begin=x kernels=1 close \
	begin='my step' kernels=1 close end
says err "^cotenant record: marked: my step (2), x (1); to replay them as requests: cotenant run 'two words.ctt,requests=my step'\$"
command=$(sed -n 's/.*as requests: cotenant //p' err)
eval "\"$cotenant\" $command --device h100-sxm --duration 5ms" >out 2>&1 || fail "$command: $(cat out)"
holds 'two words.ctt' 4
ends 0 -r none -o x.ctt "$actor" up begin=a kernels=1 close end
says err "no range 'none' in it, so there are no requests; there are: a (1)"
ends 0 -q -o x.ctt "$actor" up kernels=1 end
[ ! -s err ] || fail "--quiet says: $(cat err)"
holds x.ctt 1
ends 0 --no-check -o x.ctt "$actor" up kernels=1 end
if grep -q isolated err; then fail "--no-check checks"; fi

# an old trace is replaced, where it lies; also through a link; also from elsewhere
mkdir real
echo old >real/x.ctt
ln -sf real/x.ctt x.ctt
ends 0 -o x.ctt "$actor" up kernels=2 end
[ -L x.ctt ] || fail "a link was replaced"
holds real/x.ctt 2
rm x.ctt
ends 0 -o rel.ctt "$actor" chdir=/ up kernels=3 end
holds rel.ctt 3
(umask 027 && "$cotenant" record -q -o mode.ctt "$actor" up kernels=1 end)
[ "$(stat -c %a mode.ctt)" = 640 ] || fail "mode.ctt has mode $(stat -c %a mode.ctt)"
ends 0 -z -o z.ctt "$actor" up kernels=300 end
ends 0 -o plain.ctt "$actor" up kernels=300 end
[ "$(stat -c %s z.ctt)" -lt "$(stat -c %s plain.ctt)" ] || fail "--compress does not"
holds z.ctt 300
ends 0 --keep-spools -o kept.ctt "$actor" up kernels=4 end
says err "the raw records are kept in $dir/a folder/kept.ctt"
"$cotenant" trace import -o again.ctt kept.ctt.*.spools >out 2>&1 || fail "kept: $(cat out)"
rm -r kept.ctt.*.spools
holds again.ctt 4

# many processes, of which some die, and one that cannot be recorded
ends 0 -o many.ctt "$actor" spawn=5 up kernels=10 end
says err '50 kernels, 0 copies, 5 processes, 5 threads'
holds many.ctt 50
ends 0 -o many.ctt sh -c "$actor up kernels=10 kill=9; $actor up note=3:nsys end; \
	$actor up kernels=1 end; true"
says err '11 kernels'
says err 'process [0-9]*: there can be one profiler in a program, and it has one (nsys)'
says err '1 of 3 processes ended without closing their records'
holds many.ctt 11
ends 0 --no-children -o one.ctt "$actor" up kernels=3 end
holds one.ctt 3

# killed by a signal: what was recorded becomes a trace, and the recorder dies alike
ends 142 -o dead.ctt "$actor" up kernels=6 kill=14
holds dead.ctt 6

# the recording ends, the program does not
begin=$(date +%s%N)
ends 9 --duration=100ms -o short.ctt "$actor" up kernels=5 wait-stop end say=later exit=9
says out later
[ $((($(date +%s%N) - begin) / 1000000)) -lt 1900 ] || fail "--duration=100ms takes longer"
holds short.ctt 5
ends 0 --start-on-marker=go --duration=50ms -o go.ctt "$actor" up sleep=200 start kernels=2 \
	wait-stop end

ends 0 --max-size=1M -o full.ctt "$actor" up kernels=2 note=9 end
says err 'ended at its limit of bytes'
ends 0 -o kinds.ctt "$actor" spawn=3 up kernels=2 note=12:memory note=12:memory note=12:graphs end
[ "$(grep -c 'one kind of thing' err)" = 2 ] || fail "kinds that are missing: $(cat err)"

# what outlives the program is told to write, gets a moment, and is not waited for
rm -f up
begin=$(date +%s%N)
ends 4 -o outlived.ctt "$actor" daemon=4 up kernels=8 touch=up wait-stop sleep=300 kernels=2 end sleep=6000
ms=$((($(date +%s%N) - begin) / 1000000))
[ $ms -lt 5500 ] || fail "waited $ms ms for a daemon"
holds outlived.ctt 10
if grep -q 'without closing' err; then fail "a daemon had no time to write: $(cat err)"; fi
rm -f up
ends 4 -o forever.ctt "$actor" daemon=4 up kernels=8 touch=up sleep=6000
says err '1 of 1 processes ended without closing'
holds forever.ctt 8

# SIGTERM to the recorder: records are written before the program hears of it
rm -f up
"$cotenant" record -o term.ctt "$actor" up kernels=12 touch=up wait-stop end sleep=9000 >out 2>err &
recorder=$!
i=0
while [ ! -e up ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
setsid kill -TERM $recorder
wait $recorder
[ $? = 143 ] || fail "SIGTERM: not the program's end: $(cat err)"
holds term.ctt 12
if grep -q 'without closing' err; then fail "SIGTERM: passed on too early: $(cat err)"; fi

# nor is it held up by a process that was killed and that nobody has waited for
rm -f up
"$cotenant" record -o term.ctt sh -c "$actor up kernels=1 kill=9 & sleep 0.2; echo >up; exec sleep 9" >out 2>err &
recorder=$!
i=0
while [ ! -e up ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
sleep 0.1
begin=$(date +%s%N)
setsid kill -TERM $recorder
wait $recorder
[ $? = 143 ] || fail "SIGTERM beside a dead child: not the program's end: $(cat err)"
[ $((($(date +%s%N) - begin) / 1000000)) -lt 2500 ] || fail "waited for a dead child"
holds term.ctt 1

# a killed recorder: the program goes on, and what it says can be imported
rm -f up
"$cotenant" record -o rescue.ctt "$actor" up kernels=3 touch=up sleep=400 kernels=4 end touch=done \
	>out 2>err &
recorder=$!
i=0
while [ ! -e up ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
kill -9 $recorder
wait $recorder 2>/dev/null
"$cotenant" trace import -o half.ctt rescue.ctt.*.spools >out 2>&1 ||
	fail "no import while the program runs: $(cat out)"
while [ ! -e done ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
"$cotenant" trace import -o rescue.ctt rescue.ctt.*.spools >out 2>&1 || fail "no rescue: $(cat out)"
rm -r rescue.ctt.*.spools
holds rescue.ctt 7

# no trace can be made: the records stay, and how to try again is said
mkdir gone
ends 3 -o gone/x.ctt sh -c "$actor up kernels=3 end; f=\$(echo \"\$COTENANT_CAPTURE_DIR\"/*.spool)
	head -c 150 \"\$f\" >y; printf '\\377\\377\\377\\377' >>y; tail -c +155 \"\$f\" >>y; cat y >\"\$f\"; exit 3"
says err 'what was recorded is kept, to try again: cotenant trace import -o'
[ ! -e gone/x.ctt ] || fail "a trace of damaged records"
set -- gone/x.ctt.*.spools
[ -d "$1" ] || fail "the records are gone"
ends 3 -o gone/y.ctt sh -c "$actor up kernels=3 end; mkdir gone/y.ctt; exit 3"
says err 'gone/y.ctt: cannot be written: .*to try again'
exit $status
