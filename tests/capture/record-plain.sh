#!/bin/sh
# record-plain - `cotenant record` where there is nothing to record: the program runs as if
# nobody stood before it, and one sentence says why there is no trace.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
cotenant=$build/cotenant
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
status=0
nothing='no NVIDIA driver here\|never initialised CUDA'

fail() {
	echo "record-plain: $*" >&2
	status=1
}

# ends CODE ARGUMENT...: `cotenant record ARGUMENT...` ends with CODE
ends() {
	want=$1
	shift
	"$cotenant" record "$@" >out 2>err
	got=$?
	[ "$got" = "$want" ] || fail "$*: exit code $got, expected $want: $(head -n 1 err)"
}

says() { # FILE PATTERN
	grep -q -- "$2" "$1" || fail "'$2' is not in $1: $(head -n 3 "$1")"
}

once() { # one sentence of ours
	[ "$(grep -c '^cotenant record: ' err)" = 1 ] || fail "not one sentence but: $(cat err)"
}

left() { # nothing of ours, in the folder or beside it
	found=$(find . -name '*.ctt*' -o -name '*.spools' | head -n 1)
	[ -z "$found" ] || fail "$1: $found is left"
}

# the program's output, error output, input, arguments and code are its own
ends 7 -o x.ctt -- sh -c 'echo to out; echo to err >&2; exit 7'
says out '^to out$'
[ "$(wc -l <out)" = 1 ] || fail "stdout is not the program's alone: $(cat out)"
says err '^to err$'
says err "$nothing"
once
left 'a program without CUDA'
seq 100000 >numbers
"$cotenant" record sort -n -r <numbers 2>err | tail -n 1 >out
says out '^1$'
"$cotenant" record sh -c 'for a; do printf "<%s>" "$a"; done' sh 'a b' '' -o --quiet -- '*' >out 2>err
[ "$(cat out)" = '<a b><><-o><--quiet><--><*>' ] || fail "arguments: $(cat out)"
ends 0 -- true
ends 0 true
ends 1 -q false
says err "$nothing"
left 'without CUDA'

# programs that are none: never a shell's business, and nothing is left
ends 127 -o x.ctt ./absent
says err 'absent'
once
ends 127 no-such-program-anywhere
: >plain
ends 126 ./plain
ends 126 "$dir"
left 'programs that are none'
printf 'echo script "$1"\nexit 9\n' >'a script'
chmod +x 'a script'
ends 9 './a script' one
says out '^script one$'

# what is wrong with the command is said before anything runs
mkdir folder
for wrong in '--no-such' '-o /no/folder/x.ctt' '-o /dev/null' '-o folder' '-o x/' \
	'--duration=2' '--duration=-1s' '--duration=' '--max-size=lots' '--flush-ms=0' \
	'--compress=20' '--compress=x' '--confine=0' '--curves=8,x' '--start-on-marker=' \
	'--children=no'; do
	# shellcheck disable=SC2086 # the words of a command
	ends 2 $wrong touch ran
	once
done
ends 2 --quiet=3 touch ran
says err '--quiet=3: takes no value'
ends 2 --c touch ran
says err '--c: no such option, or several that begin so'
cp "$(command -v touch)" mine
ends 2 -o mine ./mine ran
says err 'mine: is the program itself or one of its arguments'
ends 2 -o numbers sort -o ran numbers
says err 'numbers: is the program itself or one of its arguments'
rm mine
ends 2
ends 2 -o
ends 2 -o x.ctt
if [ "$(id -u)" != 0 ]; then
	mkdir locked && chmod 555 locked
	ends 2 -o locked/x.ctt touch ran
fi
[ ! -e ran ] || fail "a program was run in spite of a wrong command"
left 'wrong commands'

# -h, and options that look like the program's
ends 0 --help
says out '--start-on-marker'
"$cotenant" help record >out2
cmp -s out out2 || fail "'help record' is not 'record --help'"
ends 0 --compress echo 9
says out '^9$'

# the environment of the program
ends 0 -o 'two words.ctt' -- sh -c 'echo "$COTENANT_CAPTURE_DIR"; ls "$COTENANT_CAPTURE_DIR"; \
	stat -c %a "$COTENANT_CAPTURE_DIR"; echo "$CUDA_INJECTION64_PATH"; cd /; \
	[ "$NVTX_INJECTION64_PATH" = "$CUDA_INJECTION64_PATH" ]'
says out "^$(pwd -P)/two words.ctt.*spools\$"
says out '^control$'
says out '^700$'
says out '^/.*collector'
left 'a name of two words'
NVTX_INJECTION64_PATH=/mine
export NVTX_INJECTION64_PATH
ends 0 sh -c 'echo $NVTX_INJECTION64_PATH'
says out '^/mine$'
unset NVTX_INJECTION64_PATH

# another tool has the place: it keeps it
CUDA_INJECTION64_PATH=/other/tool.so
export CUDA_INJECTION64_PATH
ends 3 sh -c 'echo "$CUDA_INJECTION64_PATH $COTENANT_CAPTURE_DIR."; exit 3'
says out '^/other/tool.so \.$'
says err '/other/tool.so'
once
CUDA_INJECTION64_PATH=none
ends 0 sh -c 'echo $CUDA_INJECTION64_PATH'
says out 'collector'
unset CUDA_INJECTION64_PATH
ends 4 "$cotenant" record sh -c 'exit 4'
says err 'being recorded already'
COTENANT_COLLECTOR=/no/collector.so
export COTENANT_COLLECTOR
ends 5 sh -c 'echo .$COTENANT_CAPTURE_DIR.; exit 5'
says out '^\.\.$'
says err '/no/collector.so'
once
unset COTENANT_COLLECTOR
left 'obstacles'

# what was there stays: a trace, and a link to one
echo precious >old.ctt
ends 0 -o old.ctt true
[ "$(cat old.ctt)" = precious ] || fail "an old trace was touched by a recording of nothing"
ln -s old.ctt link.ctt
ends 0 -o link.ctt true
[ -L link.ctt ] && [ "$(cat old.ctt)" = precious ] || fail "a link was touched"
rm old.ctt link.ctt
mkdir 'kept here'
ends 0 --keep-spools -o 'kept here/x.ctt' true
set -- 'kept here'/x.ctt.*.spools/control
[ -e "$1" ] || fail "--keep-spools kept nothing"
[ "$(stat -c %s "$1")" = 4096 ] || fail "the control page is not a page"
rm -r 'kept here'

# no descriptor of ours in the program, and its signals as we were given them
ls /proc/self/fd >before
ends 0 ls /proc/self/fd
cmp -s before out || fail "descriptors: $(tr '\n' ' ' <out), without us $(tr '\n' ' ' <before)"
settings='s/^Sig\(Blk\|Ign\|Cgt\):/&/p'
for trap in '' 'trap "" INT PIPE' 'trap "" HUP'; do
	sh -c "$trap
	sed -n '$settings' /proc/self/status >before
	'$cotenant' record -q sed -n '$settings' /proc/self/status >out 2>err"
	cmp -s before out || fail "signals after '$trap': $(cat out), not $(cat before)"
done
if env --ignore-signal=CHLD true 2>/dev/null; then
	env --ignore-signal=CHLD sed -n "$settings" /proc/self/status >before
	env --ignore-signal=CHLD "$cotenant" record -q sed -n "$settings" /proc/self/status >out 2>err
	cmp -s before out || fail "an ignored SIGCHLD: $(cat out), not $(cat before)"
fi
"$cotenant" record sh -c 'echo $PPID; ps -o pgid= -p $$ 2>/dev/null || cut -d" " -f5 /proc/$$/stat' \
	>out 2>err
group=$(cut -d' ' -f5 /proc/$$/stat)
[ "$(tail -n 1 out | tr -d ' ')" = "$group" ] || fail "the program is not in our process group"

# the program's end by a signal is ours, without a core; one that we were started to ignore,
# as a shell does for SIGINT in the background, ends nobody
numbers='9 11 15 2'
[ $((0x$(sed -n 's/^SigIgn:.*\(.\)$/\1/p' /proc/self/status) & 2)) = 0 ] || numbers='9 11 15'
for number in $numbers; do
	"$cotenant" record sh -c "kill -$number \$\$" >out 2>err
	[ $? = $((128 + number)) ] || fail "killed by $number: not passed on"
	says err "$nothing"
done
(
	ulimit -c unlimited
	"$cotenant" record sh -c 'ulimit -c 0; kill -6 $$' >out 2>err
)
set -- core*
[ ! -e "$1" ] || fail "a core is left"
left 'signals'

# what is sent to the recorder alone is passed on, what the group gets is not doubled
cat >waiter <<'END'
trap 'echo term; exit 40' TERM
trap 'echo int; exit 41' INT
trap 'echo usr1' USR1
echo ready >ready
i=0
while [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
exit 42
END
start() { # ARGUMENT...: in the background, until the program is ready; $recorder is its number
	rm -f ready
	"$cotenant" record "$@" >out 2>err &
	recorder=$!
	i=0
	while [ ! -e ready ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
}
start -o x.ctt sh waiter
kill -USR1 $recorder
sleep 0.2
# from a process of another group, as supervisors are
setsid kill -TERM $recorder 2>/dev/null || kill -TERM $recorder
wait $recorder
[ $? = 40 ] || fail "SIGTERM: exit code $?, not the program's 40"
says out '^term$'
says err "$nothing"
left 'SIGTERM'

# a killed recorder: the program goes on, and the folder stays
start -o x.ctt sh -c 'echo $$ >pid; echo ready >ready; sleep 0.5; echo survived >survived'
kill -9 $recorder
wait $recorder 2>/dev/null
i=0
while [ ! -e survived ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done
[ -e survived ] || fail "the program did not survive its recorder"
set -- x.ctt.*.spools
[ -d "$1" ] || fail "a killed recorder's folder is gone"
"$cotenant" trace import -o x.ctt "$1" >out 2>err
[ $? = 3 ] || fail "an import of nothing: exit code $?"
[ ! -e x.ctt ] || fail "an import of nothing leaves a trace"
rm -rf x.ctt.*.spools

# keys: both have them, and both stop and go on
terminal=$build/tests/capture/record-terminal
cat >keys <<'END'
trap 'echo int; exit 43' INT
echo ready >ready
i=0
while [ $i -lt 40 ]; do sleep 0.05; i=$((i + 1)); done
exit 42
END
if [ -x "$terminal" ] && [ -c /dev/ptmx ]; then
	rm -f ready
	"$terminal" c ready "$cotenant" record -o x.ctt sh keys >out 2>&1
	[ $? = 43 ] || fail "Ctrl-C: not the program's code: $(cat out)"
	[ "$(grep -c 'int' out)" = 1 ] || fail "Ctrl-C: not once, but: $(cat out)"
	says out "$nothing"
	rm -f ready
	"$terminal" c ready "$cotenant" record -o x.ctt sh -c 'echo >ready; exec sleep 5' >out 2>&1
	[ $? = 130 ] || fail "Ctrl-C: a program that it kills: $(cat out)"
	says out "$nothing"
	rm -f ready
	# nothing is being started meanwhile: who waits in vfork() for a child that is stopped
	# before its exec() does not stop
	cat >key <<'END'
sleep 20 &
trap "kill $!; exit 42" CONT
echo ready >ready
wait
END
	"$terminal" z ready "$cotenant" record -o x.ctt sh key >out 2>&1
	[ $? = 42 ] || fail "Ctrl-Z: not the program's code: $(cat out)"
	says out 'stopped: \([3-9]\) of \1'
	left 'keys'
fi

# no stdin, no stdout, no stderr
"$cotenant" record sh -c 'exit 6' <&- >&- 2>&-
[ $? = 6 ] || fail "without streams: not the program's code"
left 'without streams'
exit $status
