#!/bin/sh
# layers - every include names its room, and no room includes one above it.
#
#   sim/base                     knows nobody
#   traces  models  policies     know sim/base only
#   sim                          knows those
#   sim/cli                      the front door: may know all, and nobody includes it
#   capture                      knows traces and models; capture/live also policies
#
# What is loaded into other people's processes (the trace format and writer, policies,
# the broker) stays free of GLib and jansson.
cd "${CT_SRCDIR:-.}" || exit 1
status=0

fail() {
	echo "layers: $*" >&2
	status=1
}

allowed() { # room: the rooms it may include
	case $1 in
	sim/base) echo "sim/base" ;;
	traces) echo "traces sim/base" ;;
	models) echo "models sim/base" ;;
	policies) echo "policies sim/base" ;;
	sim) echo "sim traces models policies sim/base" ;;
	sim/cli) echo "sim/cli sim traces models policies sim/base" ;;
	capture) echo "capture traces models sim/base" ;;
	capture/live) echo "capture/live capture traces models policies sim/base" ;;
	esac
}

room_of() {
	case $1 in
	sim/base/* | sim/cli/* | capture/live/*) echo "${1%/*}" ;;
	*) echo "${1%%/*}" ;;
	esac
}

n=0
for file in $(find sim traces models policies capture -name '*.[ch]' | sort); do
	room=$(room_of "$file")
	n=$((n + 1))
	for included in $(sed -n 's/^#[ \t]*include "\([^"]*\)".*/\1/p' "$file"); do
		case $included in
		config.h) continue ;;
		*/*) ;;
		*)
			fail "$file: includes \"$included\", which names no room"
			continue
			;;
		esac
		target=$(room_of "$included")
		case " $(allowed "$room") " in
		*" $target "*) ;;
		*) fail "$file: room $room may not include \"$included\"" ;;
		esac
	done
done

# What the recorder's libraries are made of, by their lists, and each file's header.
guests=$(sed -n '/_lib\(collector\|counters\)_la_SOURCES/,/[^\\]$/p' capture/collector/local.mk \
	capture/counters/local.mk | grep -o '[a-z]*/[-a-z0-9/]*\.[ch]')
case $guests in
*collector/inject.c*counters/launch.c*) ;;
*) fail "the sources of the recorder's libraries are not found in their local.mk" ;;
esac
for file in traces/format.h traces/writer.[ch] traces/record.[ch] policies/*.[ch] $guests \
	$(echo "$guests" | sed -n 's/\.c$/.h/p'); do
	case $file in
	policies/registry.* | policies/options.* | policies/replay.* | policies/ledger-text.*) continue ;;
	esac
	[ -f "$file" ] || continue
	if grep -nE '#[ \t]*include [<"](glib|gmodule|gio|jansson)|sim/base/error' "$file"; then
		fail "$file: is loaded into other people's processes: no GLib, no jansson"
	fi
done

[ "$n" -gt 20 ] || fail "only $n files found: is CT_SRCDIR right?"
exit $status
