#!/bin/sh
# collector - the collector inside programs, on a driver and a CUPTI that are fakes: every
# program as it is without it, every launch in the spool as it was made, for each generation
# of CUPTI, and with everything going wrong that is known to.
#
# What a program must leave in its spool stands in golden/NAME.txt: the lines of spool-dump
# --mask, sorted and counted.  With CT_UPDATE_GOLDEN=1 it is written instead of compared.
build=$(cd "${CT_BUILDDIR:-.}" && pwd)
source=$(cd "${CT_SRCDIR:-.}" && pwd)
programs=$build/tests/capture/programs
golden=$source/tests/capture/golden
fakes=$build/tests/fakes
dump=$build/tests/capture/spool-dump
collector=$build/capture/collector/.libs/libcotenant-collector.so
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset CUDA_INJECTION64_PATH NVTX_INJECTION64_PATH COTENANT_CAPTURE_DIR COTENANT_CUPTI
LC_ALL=C
LD_LIBRARY_PATH=$fakes/.libs
# the race detector sleeps a second at every exit, in case a thread still has something
TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}atexit_sleep_ms=100"
export LC_ALL LD_LIBRARY_PATH TSAN_OPTIONS
status=0

fail() {
	echo "collector: $name: $*" >&2
	status=1
}

# numbers as in struct ct_session_page: flags, flush_ms, max_bytes, first_pid
u32() {
	printf "\\$(printf %o $(($1 & 255)))\\$(printf %o $(($1 >> 8 & 255)))"
	printf "\\$(printf %o $(($1 >> 16 & 255)))\\$(printf %o $(($1 >> 24 & 255)))"
}
folder() { # FLAGS FLUSH_MS MAX_BYTES FIRST_PID
	rm -rf spools
	mkdir spools
	{
		printf 'CESS'
		u32 1
		u32 "$1"
		u32 "$2"
		u32 "$3"
		u32 0
		u32 "$4"
	} >spools/control
	truncate -s 4096 spools/control
}

# run [VARIABLE=VALUE...] PROGRAM [ARGUMENT...]: with the collector, in the folder spools
run() {
	env CUDA_INJECTION64_PATH="$collector" COTENANT_CAPTURE_DIR="$dir/spools" \
		"$@" >out 2>err
	code=$?
}

# same [VARIABLE=VALUE...] PROGRAM [ARGUMENT...]: and as without it
same() {
	env "$@" >out.alone 2>err.alone
	alone=$?
	run "$@"
	[ "$code" = "$alone" ] || fail "ends with $code, alone with $alone"
	cmp -s out out.alone || fail "its output is not its own: $(cat out)"
	# the leak checker, in a child that has no threads any more
	sed -i '/Running thread [0-9]* was not suspended/d' err
	cmp -s err err.alone || fail "its errors are not its own: $(head -n 5 err)"
}

# every spool is as described; its lines, sorted and counted, in the file lines
lines() {
	: >lines.all
	n_spools=0
	for spool in spools/*.spool; do
		[ -f "$spool" ] || continue
		n_spools=$((n_spools + 1))
		"$dump" --mask "$spool" >dumped ||
			fail "a spool is wrong: $(grep '^wrong' dumped | sort | uniq -c | head -n 3)"
		cat dumped >>lines.all
	done
	sort lines.all | uniq -c | sed 's/^ *//' >lines
}

spools() { # N
	[ "$n_spools" = "$1" ] || fail "$n_spools spools, not $1"
}

has() { # PATTERN
	grep -q -- "$1" lines || fail "nothing like '$1' in: $(grep -v '^[0-9]* \(call\|sync\)' lines | head -n 20)"
}

lacks() { # PATTERN
	! grep -q -- "$1" lines || fail "there is '$1': $(grep -- "$1" lines | head -n 1)"
}

count() { # PATTERN: how many records are like it
	grep -- "$1" lines | awk '{ n += $1 } END { print n + 0 }'
}

# compares lines with golden/FILE.txt, both through sed SCRIPT, but for CUPTI's version
golden() { # FILE [SCRIPT]
	if [ -n "$CT_UPDATE_GOLDEN" ] && [ "$name" = "$1" ]; then
		sed 's/ cupti=[0-9]*/ cupti=N/' lines >"$golden/$1.txt"
	fi
	for file in lines "$golden/$1.txt"; do
		awk '{ n = $1; sub(/^[0-9]* /, ""); while (n--) print }' "$file" |
			sed -e 's/ cupti=[0-9N]*//' -e "$2" | sort | uniq -c >"${file##*/}.shown"
	done
	diff -u "$1.txt.shown" lines.shown >differs ||
		fail "not as in golden/$1.txt: $(sed 1,2d differs | grep '^[-+]' | head -n 12)"
}

# --- every program, as CUDA 13.0 has it
flush=50
for case in loop streams threads graph copies shapes green; do
	name=$case
	folder 1 $flush 0 0
	same "$programs/$case"
	lines
	spools 1
	lacks '^[0-9]* cut'
	# which of the threads comes first is chance, and so are the numbers of their streams
	numbers=
	[ $case = threads ] && numbers='s/stream[ =][0-9]*/stream S/'
	golden "$case" "$numbers"
done

name=ranges
folder 1 $flush 0 0
same NVTX_INJECTION64_PATH="$collector" "$programs/ranges"
lines
spools 1
golden ranges

# --- records of every generation
for version in 19 28 130000 130100 130300 990000; do
	library=$fakes/.libs/libcupti.so.13
	[ "$version" -lt 1000 ] && library=$fakes/cuda12/.libs/libcupti.so.12
	# what came with 12.4 (parents) and 12.8 (more of events)
	older=
	[ "$version" = 19 ] &&
		older='s/ record=[0-9]*/ record=0/;/^event/s/ device=0/ device=-/;s/ parent=[0-9]* sms=[0-9]*/ parent=- sms=0/'
	for case in streams graph copies green; do
		name="$case of version $version"
		folder 1 $flush 0 0
		same FAKE_CUPTI_VERSION=$version COTENANT_CUPTI="$library" "$programs/$case"
		lines
		has " cupti=$version "
		golden "$case" "$older"
	done
done

# --- what does not change what is recorded
name='a buffer with an unfinished end'
folder 1 $flush 0 0
same FAKE_CUPTI_TAIL=1 "$programs/graph"
lines
golden graph
name='records the last first'
folder 1 $flush 0 0
same FAKE_CUPTI_SHUFFLE=1 "$programs/streams"
lines
golden streams
name='records late'
folder 1 $flush 0 0
same FAKE_CUPTI_LATE_MS=120 "$programs/streams"
lines
golden streams
name='names'
folder 1 10 0 0
same "$programs/names"
lines
golden names
name='names whose place is used again'
folder 1 10 0 0
same FAKE_CUPTI_REUSE_NAMES=1 "$programs/names"
lines
golden names
name='strange records'
folder 1 $flush 0 0
same FAKE_CUPTI_UNKNOWN=7 "$programs/graph"
lines
has '^1 end .* unknown=[1-9]'
golden graph 's/^end .*/end/'

# --- losses are counted
name='the whole of it'
folder 1 $flush 0 0
same "$programs/loop" 100
lines
all=$(sed -n 's/.* end records=\([0-9]*\) .*/\1/p' lines)
name='lost records'
folder 1 $flush 0 0
same FAKE_CUPTI_DROP=10 "$programs/loop" 100
lines
kept=$(sed -n 's/.* end records=\([0-9]*\) .*/\1/p' lines)
lost=$(sed -n 's/.* end .* dropped=\([0-9]*\) .*/\1/p' lines)
[ "$((kept + lost))" = "$all" ] || fail "$kept kept and $lost lost of $all"
[ "$lost" -ge 10 ] || fail "$lost lost"
said=$(sed -n 's/^\([0-9]*\) dropped \([0-9]*\)$/\1 \2/p' lines | awk '{ n += $1 * $2 } END { print n + 0 }')
[ "$said" = "$lost" ] || fail "$said lost where it happened, $lost at the end"
name='kernels without times'
folder 1 $flush 0 0
same FAKE_CUPTI_ZERO=5 "$programs/loop"
lines
has ' end .* zero=4 '
[ "$(count ' kernel .* no-start no-end')" = 4 ] || fail 'not four kernels without times'
[ "$(count ' kernel ')" = 20 ] || fail 'not all kernels'

# --- what cannot be recorded is said
name='another subscriber'
folder 1 $flush 0 0
same FAKE_CUPTI_BUSY=nsys "$programs/loop"
lines
has ' note busy result=39 ".*nsys'
has ' end '
lacks ' kernel '
name='another subscriber, in CUDA 12'
folder 1 $flush 0 0
same FAKE_CUPTI_BUSY=nsys COTENANT_CUPTI="$fakes/cuda12/.libs/libcupti.so.12" "$programs/loop"
lines
has ' note busy result=39 '
for what in subscribe enable; do
	name="no permission to $what"
	folder 1 $flush 0 0
	same FAKE_CUPTI_DENIED=$what "$programs/loop"
	lines
	has ' note denied result=35 '
	lacks ' kernel '
done
name='one kind cannot be recorded'
folder 1 $flush 0 0
same FAKE_CUPTI_NO_KIND=38 "$programs/loop"
lines
has ' note kind-missing result=14 '
lacks ' sync '
[ "$(count ' kernel ')" = 20 ] || fail 'not all kernels'
name='a CUPTI that lacks a function'
folder 1 $flush 0 0
same COTENANT_CUPTI="$fakes/lame/.libs/libcupti.so.13" LD_LIBRARY_PATH="$fakes/lame/.libs:$fakes/.libs" \
	"$programs/loop"
lines
has ' note old-cupti .*cuptiActivityFlushAll'
name='CUPTI gives up'
folder 1 $flush 0 0
same FAKE_CUPTI_FATAL_AFTER=8 "$programs/loop"
lines
has ' note fatal '
has ' end '
name='buffers are stolen'
folder 1 $flush 0 0
run FAKE_CUPTI_STEAL_AFTER=8 "$programs/ends" return 1500
[ "$code" = 4 ] || fail "ends with $code"
lines
has ' note stolen '

# --- processes
name='a child before cuInit()'
folder 1 $flush 0 0
same "$programs/forks" before
lines
spools 2
[ "$(count ' kernel "child_')" = 5 ] || fail 'not the kernels of the child'
[ "$(count ' kernel "parent_')" = 5 ] || fail 'not the kernels of the parent'
name='a child that is not wanted'
folder 0 $flush 0 $$
same "$programs/forks" before
lines
spools 0
name='a child after cuInit()'
folder 1 $flush 0 0
same "$programs/forks" after
lines
spools 1
[ "$(count ' kernel "parent_')" = 10 ] || fail 'not the kernels of the parent'
[ "$(count ' end ')" = 1 ] || fail 'the child ended its parent'"'"'s spool'
name='open files'
folder 1 $flush 0 0
same "$programs/forks" exec

# --- ends: what was handed over before is there, without a hole
for how in exit kill; do
	name="it ends by $how"
	folder 1 $flush 0 0
	run "$programs/ends" $how 600
	want=3
	[ $how = kill ] && want=137
	[ "$code" = "$want" ] || fail "ends with $code"
	lines
	spools 1
	has '^1 cut'
	"$dump" spools/*.spool | sed -n 's/^kernel .* start=\([0-9]*\) .*correlation=\([0-9]*\)/\1 \2/p' |
		sort -n >kernels
	# one launch and one wait for each step: every other number
	awk 'NR > 1 && $2 != last + 2 { print "a hole before correlation " $2; exit }
		{ last = $2 }' kernels >hole
	[ -s hole ] && fail "$(cat hole)"
	died=$(sed -n 's/.* until \([0-9]*\) ms/\1/p' out)
	seen=$(tail -n 1 kernels | awk '{ print int($1 / 1000000) }')
	[ -n "$seen" ] && [ "$((died - seen))" -lt $((flush + 300)) ] ||
		fail "the last $((died - ${seen:-0})) ms are lost"
done
name='a kernel still runs at the end'
folder 1 $flush 0 0
run "$programs/ends" running 20
[ "$code" = 4 ] || fail "ends with $code"
lines
[ "$(count ' kernel "last_.* no-end')" = 1 ] || fail 'not that kernel'
has ' end .* zero=1 '

# --- Python, which finds the driver by dlopen()
name=python
if command -v python3 >/dev/null && ! grep -q __asan_init\\\|__tsan_init "$programs/loop"; then
	cat >loop.py <<-'END'
		import ctypes as c
		cuda = c.CDLL("libcuda.so.1")
		context, module, f = c.c_void_p(), c.c_void_p(), c.c_void_p()
		assert not cuda.cuInit(0)
		assert not cuda.cuDevicePrimaryCtxRetain(c.byref(context), 0)
		assert not cuda.cuCtxSetCurrent(context)
		assert not cuda.cuModuleLoadData(c.byref(module), b"image")
		assert not cuda.cuModuleGetFunction(c.byref(f), module, b"python_spin_1000")
		for i in range(20):
		    assert not cuda.cuLaunchKernel(f, 3, 1, 1, 32, 1, 1, 0, None, None, None)
		assert not cuda.cuCtxSynchronize()
		print("python: done")
	END
	folder 1 $flush 0 0
	same python3 loop.py
	lines
	spools 1
	[ "$(count ' kernel "python_spin_1000" grid=3,1,1 ')" = 20 ] || fail 'not all kernels'
fi

# --- what several processes and the recorder know of each other
name='the page'
folder 1 $flush 0 0
same "$programs/forks" before
[ "$(od -An -tu4 -j320 -N8 spools/control | tr -s ' ')" = ' 2 0' ] ||
	fail "collectors: $(od -An -tu4 -j320 -N8 spools/control)"
bytes=$(($(cat spools/*.spool | wc -c) - 2 * 64)) # the two headers are not counted
[ "$(od -An -tu8 -j312 -N8 spools/control | tr -d ' ')" = "$bytes" ] ||
	fail "$(od -An -tu8 -j312 -N8 spools/control) bytes, but there are $bytes"

# --- limits and folders
name='a limit of bytes'
folder 1 10 4096 0
run "$programs/ends" return 1200
[ "$code" = 4 ] || fail "ends with $code"
lines
has ' note full '
# what is over is a tick of the flusher, whose length is the scheduler's
steps=$(sed -n 's/^ends: \([0-9]*\) steps.*/\1/p' out)
[ "$(count ' kernel ')" -lt $((steps / 2)) ] || fail "$(count ' kernel ') of $steps kernels"
name='no folder'
folder 1 $flush 0 0
mv spools elsewhere
same "$programs/loop"
[ -e spools ] && fail 'it made one'
rm -rf elsewhere
name='a page that is none'
folder 1 $flush 0 0
printf 'NONE' | dd of=spools/control conv=notrunc 2>/dev/null
same "$programs/loop"
lines
spools 0
name='a page too short'
printf 'CESS\1' >spools/control
same "$programs/loop"
lines
spools 0
exit $status
