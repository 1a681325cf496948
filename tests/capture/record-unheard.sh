#!/bin/sh
# record-unheard - collectors came up and brought nothing: the reason is said, with the way
# out, and nothing is left.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
cotenant=$build/cotenant
actor=$build/tests/capture/record-actor
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
COTENANT_COLLECTOR=$actor # any file: nobody loads it here
export COTENANT_COLLECTOR
status=0
echo old >x.ctt

fail() {
	echo "record-unheard: $*" >&2
	status=1
}

# unheard PATTERN WORD...: recording the actor says why there is nothing
unheard() {
	pattern=$1
	shift
	"$cotenant" record -o x.ctt $options "$actor" say=hello "$@" exit=11 >out 2>err
	got=$?
	[ "$got" = 11 ] || fail "$*: exit code $got, not the program's"
	[ "$(cat out)" = hello ] || fail "$*: the program's output is $(cat out)"
	grep -q "^cotenant record: nothing was recorded: .*$pattern" err ||
		fail "$*: '$pattern' is not in: $(cat err)"
	[ "$(wc -l <err)" = 1 ] || fail "$*: not one sentence but: $(cat err)"
	[ "$(cat x.ctt)" = old ] || fail "$*: the old trace was touched"
	[ "$(echo ./*.spools*)" = './*.spools*' ] || fail "$*: a folder is left"
}

options=
unheard 'no kernel ran' up end
unheard 'no kernel ran' up # and died without its end
unheard 'CUPTI was not found (tried a, b).*COTENANT_CUPTI.*nvidia-cuda-cupti' up 'note=1:tried a, b' end
unheard 'too old (9.0)' up note=2:9.0 end
unheard 'one profiler in a program.*(nsys)' up note=3:nsys end
unheard 'does not permit.*CAP_SYS_ADMIN.*NVreg_RestrictProfilingToAdminUsers=0' up note=4:x end
unheard 'CUPTI refused: cuptiSubscribe$' up note=5:cuptiSubscribe end
unheard 'gave up' up note=6 end
unheard 'took the records over.*torch.profiler' up note=7:x end
unheard 'could not be written: no space' up 'note=10:no space' end
# the reason that weighs most, whatever comes first
unheard 'one profiler in a program' up note=12:x note=5:x note=3:x end
# of two processes one says why
unheard 'one profiler in a program' spawn=2 up note=3:x

# a range that never began
options=--start-on-marker=never
unheard "no range 'never' began" up end
options=--no-children
unheard 'no kernel ran' up end
"$cotenant" record --no-children sh -c "$actor up kernels=3 end; exit 11" >out 2>err
[ $? = 11 ] || fail "--no-children: not the program's code"
grep -q 'nothing was recorded' err || fail "--no-children: a child was recorded: $(cat err)"

# spools that are damaged, or are none, end nothing
options=
for damage in '$f; :' 'printf x >$f' 'head -c 100 $f >y; cat y >$f' 'head -c 4000 /dev/urandom >$f' \
	'{ head -c 64 $f; head -c 4000 /dev/urandom; } >y; cat y >$f' \
	'{ head -c 88 $f; printf "\377\377\377\377"; tail -c +93 $f; } >y; cat y >$f' \
	'rm -rf "$COTENANT_CAPTURE_DIR"' 'mkdir "$COTENANT_CAPTURE_DIR/1-1.spool"'; do
	"$cotenant" record -o x.ctt sh -c "$actor up note=3:x end"'
		for f in "$COTENANT_CAPTURE_DIR"/*.spool; do :; done
		'"$damage"'
		exit 12' >out 2>err
	got=$?
	[ $got = 12 ] || fail "'$damage': exit code $got: $(cat err)"
	grep -q '^cotenant record: ' err || fail "'$damage': nothing is said"
	[ "$(cat x.ctt)" = old ] || fail "'$damage': the old trace was touched"
	rm -rf y ./*.spools
done

# what cannot be read is not taken for a program without kernels, and is not thrown away
damaged() { # PATTERN COMMAND: done to the only spool, $f
	timeout -s KILL 20 "$cotenant" record -o x.ctt sh -c "$actor up kernels=3 end"'
		for f in "$COTENANT_CAPTURE_DIR"/*.spool; do :; done
		'"$2"'
		exit 12' >out 2>err
	got=$?
	[ $got = 12 ] || fail "'$2': exit code $got: $(cat err)"
	grep -q "$1" err || fail "'$2': '$1' is not in $(cat err)"
	[ "$(cat x.ctt)" = old ] || fail "'$2': the old trace was touched"
}
kept() {
	[ "$(echo ./*.spools/*.spool)" != './*.spools/*.spool' ] || fail "$1: the spools are gone"
	rm -rf ./*.spools
}
damaged 'no kernel can be read from .*spools: 1 of 1 spools is damaged' 'echo foreign >$f'
grep -q 'kept in .*spools' err || fail "foreign: not said where: $(cat err)"
kept foreign
damaged '1-1.spool: is not a regular file.*kept' 'mkfifo "$COTENANT_CAPTURE_DIR/1-1.spool"'
kept fifo
damaged '.spools was removed while' 'rm -rf "$COTENANT_CAPTURE_DIR"'

# one that was killed while it collected is not waited for
begin=$(date +%s%N)
"$cotenant" record "$actor" up kill=9 >out 2>err
[ $? = 137 ] || fail "a killed program: not its signal"
[ $((($(date +%s%N) - begin) / 1000000)) -lt 1500 ] || fail "waited for a killed program"
[ "$(echo ./*.spools*)" = './*.spools*' ] || fail "a folder is left: $(echo ./*)"
exit $status
