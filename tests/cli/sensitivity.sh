#!/bin/sh
# sensitivity - cotenant run --sensitivity and --estimator, on a scenario built to turn round.
#
# A runs kernels of 400 us that fill the device, B asks for such a kernel of 100 us 500 times
# a second.  In one queue B waits for A; on halves of the SMs neither waits, and each takes
# twice as long, unless memory is what bounds it: half of the SMs can draw nearly all of the
# bandwidth.  So which is better hangs on the demand, and that is a guess.
build=$(cd "${CT_BUILDDIR:-.}" && pwd) || exit 1
cotenant=$build/cotenant
report_check=$build/tests/cli/report-check
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
status=0

fail() {
	echo "sensitivity: $*" >&2
	status=1
}

# NAME KERNELS LENGTH: kernels of LENGTH us, one block on each of 132 SMs
kineto() {
	awk -v name="$1" -v kernels="$2" -v us="$3" 'BEGIN {
		printf "{\"schemaVersion\": 1, \"deviceProperties\": [{\"id\": 0, \"name\": \"NVIDIA H200\", "
		printf "\"totalGlobalMem\": 150000000000, \"computeMajor\": 9, \"computeMinor\": 0, "
		printf "\"numSms\": 132}], \"traceEvents\": ["
		for (i = 0; i < kernels; i++) {
			if (i)
				printf ","
			printf "\n{\"ph\": \"X\", \"cat\": \"cuda_runtime\", \"name\": \"cudaLaunchKernel\", "
			printf "\"pid\": 7, \"tid\": 7, \"ts\": %d, \"dur\": 4, \"args\": {\"correlation\": %d}},", \
				100 + 10 * i, i + 1
			printf "\n{\"ph\": \"X\", \"cat\": \"kernel\", \"name\": \"%s\", \"pid\": 0, \"tid\": 7, ", name
			printf "\"ts\": %d, \"dur\": %d, \"args\": {\"device\": 0, \"context\": 1, \"stream\": 7, ", \
				110 + (us + 1) * i, us
			printf "\"correlation\": %d, \"registers per thread\": 64, \"shared memory\": 0, ", i + 1
			printf "\"grid\": [132, 1, 1], \"block\": [1024, 1, 1]}}"
		}
		print "\n]}"
	}'
}

run() { # CODE OPTION...
	want=$1
	shift
	"$cotenant" run a=a.json b=b.json,arrive=poisson:500 --duration 200ms \
		--policy fifo,partition "$@" >out 2>err </dev/null
	got=$?
	[ "$got" = "$want" ] || {
		fail "$*: exit code $got, not $want"
		cat err >&2
	}
}

says() { # FILE TEXT
	grep -q -- "$2" "$1" || {
		fail "$1 does not say '$2'"
		cat "$1" >&2
	}
}

kineto vectorized_elementwise_kernel 40 400 >a.json
kineto vectorized_elementwise_kernel 1 100 >b.json

run 0 --sensitivity
says out '^sensitivity: [0-9]* factors'
says out '^demand .*low .*as guessed .*high '
says out '^dram.saturation_sms  *26  *46  *59 '
says out 'by ANTT: fifo ([0-9.]*) before partition ([0-9.]*), but not with demand high'
says err "b (100 % of its kernel time): their use of DRAM is a guess by estimator 'shape'"
says out '^sources   b: .*100 % guessed (100 % elementwise)'

# as a document; the same whatever the number of threads
run 0 --sensitivity --output-format json --reproducible -j1
cp out first
run 0 --sensitivity --output-format json --reproducible -j3
cmp -s out first || fail "the bytes depend on the number of threads"
run 0 --sensitivity --output-format json
"$report_check" <out || fail "json: not as described"
says out '"not_with"'

# with nothing guessed the demand is no factor, and the order is another
run 0 --sensitivity --estimator none
! grep -q '^demand ' out || fail "nothing was guessed, and the demand is varied"
says err 'nothing is known of their use of DRAM'
says out '^sources   b: .*100 % unknown'
run 0 --set estimator=bound
says out '^sources   b: .*100 % guessed (100 % bound)'

run 2 --estimator shapes
says err 'there are shape, none and bound'
run 2 --set estimator=shapes
run 2 --sensitivity --output-format csv
run 2 --sensitivity --set 'sweep={"seed":[1,2]}'
says err 'varies one point'
exit $status
