#!/bin/sh
# docs - every option in --help, every command and every exit code is in a manual page,
# and every page is clean mdoc.
cd "${CT_SRCDIR:-.}" || exit 1
cotenant=${CT_BUILDDIR:-.}/cotenant
status=0

fail() {
	echo "docs: $*" >&2
	status=1
}

page_of() { # "trace info" is on the page of "trace"
	find sim traces models policies capture -name "cotenant-${1%% *}.1" | head -n 1
}

# Escapes of mdoc (\-, \&) undone, so that options can be looked for as typed.
plain() {
	sed 's/\\-/-/g; s/\\&//g; s/Fl \([^ ]*\)/-\1/g; s/--*/-/g' "$1"
}

check_options() { # COMMAND: its options stand on its page
	page=$(page_of "$1")
	[ -n "$page" ] || {
		fail "$1: no manual page"
		return
	}
	# shellcheck disable=SC2086 # the words of a command
	help=$("$cotenant" $1 --help) || fail "$1: --help fails"
	for option in $(printf '%s\n' "$help" | sed -n 's/^ .*\(--[a-z][-a-z0-9]*\).*/\1/p' | sort -u); do
		case $option in --help | --quiet | --verbose | --output-format) continue ;; esac
		plain "$page" | grep -q -- "-${option#--}\b" ||
			fail "$page: option $option of '$1' is missing"
	done
}

for command in $("$cotenant" --list-commands); do
	[ "$command" != help ] || continue
	grep -q "cotenant.$command\|Ic $command\|Cm $command" sim/cli/cotenant.1 ||
		fail "sim/cli/cotenant.1: command $command is missing"
	subcommands=$("$cotenant" "$command" --list-commands 2>/dev/null) || subcommands=
	if [ -n "$subcommands" ]; then
		for sub in $subcommands; do
			check_options "$command $sub"
		done
	else
		check_options "$command"
	fi
done

for option in output-format quiet verbose help; do
	plain sim/cli/cotenant.1 | grep -q -- "-$option" ||
		fail "sim/cli/cotenant.1: common option --$option is missing"
done

# the codes of enum ct_exit, by value
for code in $(sed -n 's/.*CT_EXIT_[A-Z]* = \([0-9]*\),.*/\1/p' sim/base/error.h); do
	[ "$code" = 77 ] || grep -q "^\.It $code\$" sim/cli/cotenant.1 ||
		fail "sim/cli/cotenant.1: exit code $code is missing"
done

if command -v mandoc >/dev/null; then
	for page in $(find sim traces models policies capture -name '*.[1-9]' | sort); do
		mandoc -Tlint -W warning "$page" >&2 || fail "$page: mandoc complains"
	done
fi
exit $status
