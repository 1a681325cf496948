#!/usr/bin/env bash
# record.sh - everything that only a GPU can say about the recorder, in one call.
#
#	experiments/gpu/record.sh              with a GPU and torch; at most 560 s
#	experiments/gpu/record.sh --dry-run    the same flow on the fake driver, no torch
#	experiments/gpu/record.sh --only "smoke record:bert-infer"   these steps
#	experiments/gpu/record.sh --list       the steps, with their limits
#
# Results go to $OUT (build-gpu/results): summary.txt, logs.tgz, samples.tgz, traces.tgz, each
# written anew after every step, so that a call that is killed leaves what it had.  Steps
# stand in the order of what they decide; each has its own limit, and one that no longer
# fits into what is left of $LIMIT seconds (560) is skipped and said.
#
# cotenant comes from $BUNDLE (build-gpu, see bundle.sh), or is built in build-gpu/obj if
# what it needs is here.  $PYTHON (python3) must have torch.  Nothing is installed, and
# nothing of the GPU's settings is changed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
self=$here/record.sh
OUT=${OUT:-$root/build-gpu/results}
BUNDLE=${BUNDLE:-$root/build-gpu}
LIMIT=${LIMIT:-560}
PYTHON=${PYTHON:-python3}
DRY=${DRY:-0}
export OUT BUNDLE LIMIT PYTHON DRY

# step, its limit in seconds
steps="environment:90 tools:150 smoke:60 calls:60
record:bert-infer:60 record:llama-decode-graph:70 record:resnet50-train:60
record:llama-prefill:70 record:llama-decode:70 record:resnet50-infer:60
record:llama-prefill-graph:70 record:pair:70
compare:bert-infer:60 compare:resnet50-train:60 compare:llama-decode-graph:70
overhead:bert-infer:3:130 overhead:llama-decode-graph:2:120
curves:bert-infer:16,48,96:90 counters:bert-infer:60
curves:resnet50-infer:32,64:90
replay:60 samples:40"

say() { printf '%s\n' "$*"; }
fact() { sed 's/^/* /'; } # of what it is given, into the summary
is_dry() { [ "$DRY" = 1 ]; }

# --- what a step uses ---------------------------------------------------------------------

# The command of a workload, in the array `command`.
workload() {
	if is_dry; then
		command=("$here/dry-workload" "$@")
	else
		command=("$PYTHON" "$here/workloads.py" "$@")
	fi
}

# Runs the recorder with its own errors kept apart from the program's output.
record() { # TRACE, options..., --, program
	local trace=$1 said status=0
	shift
	said=$WORK/log/said.$$ # a pipe's other end might still write when the step is over
	"$BIN/cotenant-record" -o "$trace" --requests=request "$@" 2>"$said" || status=$?
	sed 's/^cotenant record: /* &/' "$said" >&2
	rm -f "$said"
	return $status
}

size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }

kernels_of() { # TRACE: how many, of all and inside requests
	"$BIN/cotenant" trace info --output-format=json "$1" |
		sed -n 's/.*"kernels": *\([0-9]*\).*/\1/p' | head -n 1
}

board() {
	case $(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 1) in
	*H200*) echo h200-sxm ;;
	*H100*PCIe*) echo h100-pcie ;;
	*A100*80GB*) echo a100-sxm-80 ;;
	*A100*) echo a100-sxm-40 ;;
	*) echo h100-sxm ;;
	esac
}

# --- the steps ----------------------------------------------------------------------------

step_environment() {
	environment | fact
}

environment() {
	say "commit $(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)"
	say "kernel $(uname -r), C library $(getconf GNU_LIBC_VERSION)"
	nvidia-smi --query-gpu=name,driver_version,memory.total,mig.mode.current,compute_mode \
		--format=csv 2>&1
	grep -hE 'RmProfiling|RestrictProfiling' /proc/driver/nvidia/params 2>/dev/null
	ldconfig -p | grep -E 'libcuda\.so|libcupti\.so'
	for name in nvidia-cuda-mps-control nvidia-cuda-mps-server ncu nsys nvcc c++filt; do
		say "$name: $(command -v "$name" || echo none)"
	done
	is_dry && return 0
	"$PYTHON" - <<-'END'
		import glob, os, sys, torch
		print("python", sys.version.split()[0], "torch", torch.__version__, torch.version.cuda)
		print("cuda", torch.cuda.is_available())
		base = os.path.dirname(os.path.dirname(torch.__file__))
		print("libcupti in wheels:", glob.glob(base + "/nvidia/**/libcupti.so*", recursive=True))
	END
}

# Prefer what was carried; build otherwise; say what is missing if neither is possible.
step_tools() {
	local missing="" name
	if is_dry; then
		"$BIN/cotenant" --version && "$BIN/cotenant-record" --help >/dev/null
		return
	fi
	if [ -x "$BUNDLE/bin/cotenant-record" ]; then
		say "from the bundle: $(head -n 1 "$BUNDLE/MANIFEST")"
		"$BUNDLE/bin/cotenant" --version && "$BUNDLE/bin/cotenant-record" --help >/dev/null
		return
	fi
	for name in gcc make autoreconf libtoolize pkg-config; do
		command -v "$name" >/dev/null || missing="$missing $name"
	done
	for name in glib-2.0 gmodule-2.0 jansson yajl sqlite3 libzstd libxxhash zlib check; do
		pkg-config --exists "$name" 2>/dev/null || missing="$missing $name(pkg-config)"
	done
	if [ -n "$missing" ]; then
		say "cannot be built here, missing:$missing"
		say "bring a bundle: experiments/gpu/bundle.sh, then carry build-gpu"
		return 1
	fi
	"$here/bundle.sh" "$BUNDLE"
}

# The least there can be; whatever fails here explains all that follows.
step_smoke() {
	local trace=$WORK/smoke.ctt folder
	workload smoke
	rm -rf "$WORK"/smoke.ctt*
	record "$trace" --keep-spools -- "${command[@]}"
	say "the program ended with $?"
	folder=$(find "$WORK" -maxdepth 1 -name 'smoke.ctt.*.spools' | head -n 1)
	if [ -n "$folder" ]; then
		"$PYTHON" "$here/spool-facts.py" "$folder" | fact
		cp -r "$folder" "$WORK/keep-smoke.spools"
	else
		say "no folder of spools: was CUDA_INJECTION64_PATH honoured?" | fact
	fi
	[ -s "$trace" ] || return 1
	"$BIN/cotenant" trace check "$trace"
	"$BIN/cotenant" trace info "$trace"
}

# Which calls' records kernels join when only the driver's, or only the runtime's, are asked
# for; smoke asked for both.
step_calls() {
	local only folder
	workload smoke --requests 3
	for only in driver runtime; do
		rm -rf "$WORK"/calls.ctt*
		COTENANT_CALLS=$only record "$WORK/calls.ctt" --quiet --keep-spools -- "${command[@]}"
		for folder in "$WORK"/calls.ctt.*.spools; do
			"$PYTHON" "$here/spool-facts.py" "$folder" |
				sed -n "s/^\(kernels_join\|records\|notes\) /* $only only: &/p"
		done
	done
	rm -rf "$WORK"/calls.ctt*
}

step_record() { # WORKLOAD
	local trace=$WORK/$1.ctt spools=0 status kernels
	workload "$1"
	rm -rf "$WORK/$1".ctt*
	record "$trace" --keep-spools -- "${command[@]}"
	status=$?
	say "the program ended with $status"
	for file in "$WORK/$1".ctt.*.spools/*.spool; do
		spools=$((spools + $(size_of "$file")))
	done
	rm -rf "$WORK/$1".ctt.*.spools
	[ -s "$trace" ] || return 1
	"$BIN/cotenant" trace check "$trace" || say "check: exit code $?"
	"$BIN/cotenant" trace info --top=5 "$trace"
	"$BIN/cotenant" trace cut -z -o "$WORK/$1.packed" "$trace"
	kernels=$(kernels_of "$trace")
	"$PYTHON" "$here/figures.py" bytes "${kernels:-0}" "$spools" "$(size_of "$trace")" \
		"$(size_of "$WORK/$1.packed")" | fact
	rm -f "$WORK/$1.packed"
	return "$status"
}

# The same requests under torch.profiler, in another run, without us.
step_compare() { # WORKLOAD
	local status
	if is_dry; then
		say "no torch.profiler in a dry run"
		"$PYTHON" "$here/compare.py" --self-test
		return
	fi
	[ -s "$WORK/$1.ctt" ] || { say "not recorded"; return 1; }
	workload "$1" --profile "$WORK/$1.profile.json"
	"${command[@]}" || return
	"$PYTHON" "$here/compare.py" --cotenant "$BIN/cotenant" "$WORK/$1.ctt" \
		"$WORK/$1.profile.json" >"$WORK/$1.compared"
	status=$?
	fact <"$WORK/$1.compared"
	return "$status"
}

step_overhead() { # WORKLOAD, PAIRS
	local i alone=$WORK/$1.alone recorded=$WORK/$1.recorded kernels requests
	workload "$1"
	: >"$alone"
	: >"$recorded"
	for i in $(seq "$2"); do
		# Who goes first changes, so that a machine that warms up favours nobody.
		if [ $((i % 2)) = 1 ]; then
			"${command[@]}" | tee -a "$alone"
			record "$WORK/overhead.ctt" --quiet -- "${command[@]}" | tee -a "$recorded"
		else
			record "$WORK/overhead.ctt" --quiet -- "${command[@]}" | tee -a "$recorded"
			"${command[@]}" | tee -a "$alone"
		fi
	done
	kernels=$("$BIN/cotenant" trace cut -m 'request#2' -o "$WORK/overhead-one.ctt" \
		"$WORK/overhead.ctt" >/dev/null && kernels_of "$WORK/overhead-one.ctt")
	requests=$(grep -c '^{' "$recorded")
	say "$requests recorded runs"
	"$PYTHON" "$here/figures.py" overhead "$alone" "$recorded" "${kernels:-0}" | fact
	rm -f "$WORK/overhead.ctt" "$WORK/overhead-one.ctt"
}

step_curves() { # WORKLOAD, SMS
	workload "$1"
	record "$WORK/$1.curves.ctt" --curves="$2" -- "${command[@]}"
	say "the program ended with $?"
	"$BIN/cotenant" trace info --top=5 "$WORK/$1.curves.ctt"
}

step_counters() { # WORKLOAD
	workload "$1"
	record "$WORK/$1.counters.ctt" --counters -- "${command[@]}"
	say "the program ended with $?"
	"$BIN/cotenant" trace info --top=5 "$WORK/$1.counters.ctt"
}

# The simulator's answer to a trace alone, beside the recording.
step_replay() {
	local trace device tenant status=0
	device=$(board)
	for trace in "$WORK"/*.ctt; do
		[ -s "$trace" ] || continue
		tenant=$trace,requests=request
		case $trace in
		*/pair.ctt) tenant=$trace ;; # requests of two programs at once
		esac
		"$BIN/cotenant" run "$tenant" --device "$device" --policy fifo --duration 1s \
			--quiet >"$WORK/replay.out" 2>&1 || status=1
		grep -E '^(tenant|sources|cotenant)' "$WORK/replay.out" | fact
	done
	return "$status"
}

# A request or two of each trace, small enough for a repository.
step_samples() {
	local trace name total=0 bytes
	rm -rf "$WORK/samples"
	mkdir -p "$WORK/samples"
	for trace in "$WORK"/*.ctt; do
		name=$(basename "$trace" .ctt)
		"$BIN/cotenant" trace cut -m 'request#2' -z -o "$WORK/samples/$name.ctt" "$trace" ||
			continue
		bytes=$(size_of "$WORK/samples/$name.ctt")
		if [ "$bytes" -gt 1500000 ] || [ $((total + bytes)) -gt 6000000 ]; then
			say "$name: one request is $bytes bytes, too large for a sample"
			rm -f "$WORK/samples/$name.ctt"
			continue
		fi
		total=$((total + bytes))
		say "$name: $bytes bytes" | fact
	done
	{
		say "# Recorded samples"
		say
		say "One request of each workload of experiments/gpu/workloads.py, random weights,"
		say "recorded by \`cotenant record\` on $(date -u +%Y-%m-%d) and cut out by"
		say "\`cotenant trace cut -m request#2\`."
		say
		sed 's/^\* /    /' "$WORK/log/environment.txt"
		say
		(cd "$WORK/samples" && sha256sum ./*.ctt 2>/dev/null) | sed 's/^/    /'
	} >"$WORK/samples/PROVENANCE.md"
}

# --- the frame ----------------------------------------------------------------------------

# What is there so far, to where it is fetched from; 15 MB are what comes back of a file.
keep() {
	local file list=()
	cp "$WORK/summary.txt" "$OUT/summary.txt"
	tar -C "$WORK" -czf "$OUT/.logs" log 2>/dev/null && mv "$OUT/.logs" "$OUT/logs.tgz"
	[ ! -d "$WORK/samples" ] || { tar -C "$WORK" -czf "$OUT/.samples" samples &&
		mv "$OUT/.samples" "$OUT/samples.tgz"; }
	[ "$1" = all ] || return 0
	for file in "$WORK"/keep-smoke.spools $(ls -Sr "$WORK"/*.ctt 2>/dev/null); do
		list+=("$(basename "$file")")
		tar -C "$WORK" -czf "$OUT/.traces" "${list[@]}" 2>/dev/null
		[ "$(size_of "$OUT/.traces")" -lt 15000000 ] || break
		mv "$OUT/.traces" "$OUT/traces.tgz"
	done
	rm -f "$OUT/.traces"
}

run_step() { # NAME:ARGUMENTS:SECONDS
	local step=${1%:*} limit=${1##*:} left begin=$SECONDS status log
	left=$((LIMIT - SECONDS))
	log=$WORK/log/$(printf %s "$step" | tr ':,' '--').txt
	if [ "$left" -lt $((limit / 3)) ]; then
		say "== $step: skipped, $left s are left" >>"$WORK/summary.txt"
		return
	fi
	[ "$limit" -lt "$left" ] || limit=$left
	# shellcheck disable=SC2046 # a list of words
	timeout -k 5 "$limit" "$self" --step $(printf %s "$step" | tr ':' ' ') >"$log" 2>&1
	status=$?
	{
		say "== $step: code $status, $((SECONDS - begin)) s of $limit, $SECONDS in all"
		sed -n 's/^\* /   /p' "$log"
		[ "$status" = 0 ] || tail -n 15 "$log" | sed 's/^/   ... /'
	} >>"$WORK/summary.txt"
	tail -n 12 "$log"
	keep some
}

BIN=$BUNDLE/bin
if is_dry; then
	BIN=${CT_BUILDDIR:-$root/build}
fi
export BIN WORK=${WORK:-}
export CT_DEVICE_PATH=$root/models/devices
only=""
case ${1:-} in
--step)
	shift
	name=$1
	shift
	"step_$name" "$@"
	exit
	;;
--list)
	# shellcheck disable=SC2086 # a list of words
	printf '%s\n' $steps
	exit
	;;
--dry-run)
	shift
	exec env DRY=1 "$self" "$@"
	;;
--only) only=${2:-} ;;
"") ;;
*)
	sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"
	exit 2
	;;
esac

WORK=$(mktemp -d "${TMPDIR:-/tmp}/cotenant-gpu.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
mkdir -p "$OUT" "$WORK/log"
: >"$WORK/summary.txt"
for step in $steps; do
	case " $only " in
	"  " | *" ${step%:*} "*) run_step "$step" ;;
	esac
done
keep all
say "== done after $SECONDS s; results in $OUT"
