#!/bin/sh
# front-door - what every command has in common: help, versions, exit codes, clean output.
cotenant=${CT_BUILDDIR:-.}/cotenant
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
status=0

fail() {
	echo "front-door: $*" >&2
	status=1
}

expect() { # CODE COMMAND...: exits with it, says something, and keeps stdout for data
	want=$1
	shift
	"$cotenant" "$@" >"$folder/out" 2>"$folder/err" </dev/null
	got=$?
	[ "$got" = "$want" ] || fail "cotenant $*: exit code $got, not $want: $(cat "$folder/err")"
	if [ "$want" = 0 ]; then
		[ -s "$folder/out" ] || fail "cotenant $*: printed nothing"
	else
		[ -s "$folder/err" ] || fail "cotenant $*: failed without a word"
		[ ! -s "$folder/out" ] || fail "cotenant $*: failed, but wrote to stdout"
		[ "$(grep -c '^cotenant' "$folder/err")" -le 1 ] ||
			fail "cotenant $*: more than one complaint: $(cat "$folder/err")"
	fi
}

says() {
	grep -q -- "$1" "$folder/err" "$folder/out" || fail "did not say '$1' but: $(cat "$folder/err")"
}

expect 0 --version
says '^.*cotenant [0-9]'
expect 0 --help
expect 0 help
expect 0 help run
says 'device'
expect 2 help nonsense
expect 2
expect 2 rum
says "did you mean 'run'"

# help at every level, and a usage error at every level
for command in $("$cotenant" --list-commands); do
	expect 0 "$command" --help
	subcommands=$("$cotenant" "$command" --list-commands 2>/dev/null) || subcommands=
	case $command in help) continue ;; esac
	[ -n "$subcommands" ] || expect 2 "$command" --no-such-option
	for sub in $subcommands; do
		expect 0 "$command" "$sub" --help
		expect 2 "$command" "$sub" --no-such-option
		expect 2 "$command" "$sub" --output-format=yaml
	done
done

# inputs that are none
printf 'not a trace' >"$folder/text"
: >"$folder/empty"
mkdir "$folder/folder"
for input in "$folder/text" "$folder/empty" "$folder/folder" "$folder/absent"; do
	expect 3 trace info "$input"
	says "$(basename "$input")"
	expect 3 run "$input"
	# the verdict of a check is its result
	"$cotenant" device check "$input" >"$folder/out" 2>&1
	[ $? = 3 ] || fail "device check $input: no exit code 3"
	says "$(basename "$input")"
done

# a name that holds blanks, and one that looks like an option
cp "$folder/text" "$folder/two words"
expect 3 trace info "$folder/two words"
cp "$folder/text" "$folder/-dash"
(cd "$folder" && "$cotenant" trace info -- -dash) >/dev/null 2>&1
[ $? = 3 ] || fail "what follows -- is not an operand"

# colour is for terminals; JSON parses as one document
expect 0 device list
if grep -q "$(printf '\033')" "$folder/out"; then fail "colour without a terminal"; fi
expect 0 device list --output-format=json
case $(head -c 1 "$folder/out") in '[' | '{') ;; *) fail "device list: no JSON" ;; esac
expect 0 device actuators --output-format=csv
grep -q '^reef,defers,' "$folder/out" || fail "device actuators: no reef"
expect 0 device actuators reef
grep -q '^reset.signal_ns  *10000 .*between' "$folder/out" || fail "device actuators: no source"
expect 3 device actuators /none.json
expect 0 device list --output-format=csv
head -n 1 "$folder/out" | grep -q '^name,' || fail "device list: no CSV header"

# what could not be written is an error
if [ -w /dev/full ]; then
	"$cotenant" device list >/dev/full 2>"$folder/err"
	[ $? = 1 ] || fail "a full disk went unnoticed"
	says 'standard output'
fi

exit $status
