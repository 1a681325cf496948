#!/usr/bin/env python3
"""spool-facts.py - what a recording's raw records say about the profiler.

    spool-facts.py FOLDER.spools [--json]
    spool-facts.py --self-test

Answers, per process: which CUPTI and driver; how many records of each type; whether a
kernel's correlation number is that of a record of the driver's, of the runtime's, or of
both; whether kernels of graphs have the number of the call that launched the graph; which
contexts kernels ran in and on how many SMs; buffers, losses, notes; bytes per kernel.
The layout is traces/spool.h; checksums are left to `cotenant trace import`.
"""
import argparse
import collections
import glob
import json
import os
import struct
import sys

TYPES = ("0 string shape device context stream kernel copy set call sync event memory marker "
         "node edge anchor dropped note end").split()
NOTES = {1: "no-cupti", 2: "old-cupti", 3: "busy", 4: "denied", 5: "failed", 6: "fatal",
         7: "stolen", 8: "stopped", 9: "full", 10: "write-failed", 11: "forked",
         12: "kind-missing", 13: "confined", 14: "not-confined"}
HEADER, BLOCK = 64, 24


def records(data):
    """(type, bytes of the record), whole ones only."""
    at = HEADER
    while at + BLOCK <= len(data):
        magic, size = struct.unpack_from("<II", data, at)
        at += BLOCK
        if magic != 0x4B4C4253 or at + size > len(data):
            return
        end = at + size
        while at + 4 <= end:
            kind, words = struct.unpack_from("<HH", data, at)
            if words == 0 or at + 8 * words > end:
                return
            yield kind, data[at:at + 8 * words]
            at += 8 * words
        at = end


def facts(data):
    """Of one spool's bytes."""
    if data[:8] != b"\x89CTSPOL\n":
        return {"error": "no spool"}
    pid, parent = struct.unpack_from("<II", data, 16)
    cupti, driver = struct.unpack_from("<II", data, 40)
    counts, strings, notes, end = collections.Counter(), [], [], None
    calls = {1: set(), 2: set()}
    kernels, contexts = [], {}
    for kind, record in records(data):
        counts[TYPES[kind] if kind < len(TYPES) else str(kind)] += 1
        if kind == 1:
            size = struct.unpack_from("<I", record, 4)[0]
            strings.append(record[8:8 + size].decode("utf-8", "replace"))
        elif kind == 4:
            context, _, parent_context, sms = struct.unpack_from("<IIII", record, 4)
            contexts[context] = sms if parent_context != 0xFFFFFFFF else 0
        elif kind == 6:
            correlation, start, stop = struct.unpack_from("<Iqq", record, 4)
            context = struct.unpack_from("<I", record, 28)[0]
            graph = struct.unpack_from("<I", record, 40)[0]
            kernels.append((correlation, graph, context, stop - start))
        elif kind == 9:
            correlation = struct.unpack_from("<I", record, 4)[0]
            domain = struct.unpack_from("<I", record, 36)[0]
            calls.setdefault(domain, set()).add(correlation)
        elif kind == 18:
            code, _, text, result = struct.unpack_from("<IqIi", record, 4)
            notes.append({"code": NOTES.get(code, code), "result": result,
                          "text": strings[text] if text < len(strings) else None})
        elif kind == 19:
            names = ("n_records n_dropped n_zero_times n_unknown_kinds n_buffers_lent "
                     "n_buffers_back n_launches").split()
            end = dict(zip(names, struct.unpack_from("<7Q", record, 16)))
    joined = collections.Counter()
    ran_in = collections.Counter()
    for correlation, graph, context, _ in kernels:
        where = "+".join(name for name, domain in (("driver", 1), ("runtime", 2))
                         if correlation in calls[domain]) or "no call"
        joined[("graph, " if graph else "") + where] += 1
        ran_in[contexts.get(context, 0)] += 1
    return {
        "pid": pid, "parent": parent, "cupti": cupti, "driver": driver,
        "bytes": len(data), "kernels": len(kernels),
        "bytes_per_kernel": round(len(data) / len(kernels), 1) if kernels else None,
        "records": dict(counts), "kernels_join": dict(joined),
        "kernels_on_sms": {str(sms) if sms else "all": n for sms, n in ran_in.items()},
        "notes": notes, "end": end,
    }


def self_test():
    text = struct.pack("<HHI", 1, 2, 3) + b"why\0\0\0\0\0"
    context = struct.pack("<HHIIIIIII", 4, 4, 7, 0, 1, 48, 9, 0, 0)
    call = struct.pack("<HHIqqIIiI", 9, 5, 5, 1, 2, 1, 307, 0, 1)
    kernel = struct.pack("<HHIqqIIIIIIQII", 6, 8, 5, 10, 30, 0, 7, 1, 0, 0, 0, 0, 0, 0)
    note = struct.pack("<HHIqIi", 18, 3, 13, 4, 0, 0)
    end = struct.pack("<HHIq7Q", 19, 9, 0, 1, 9, 0, 0, 0, 2, 2, 1)
    body = text + context + call + kernel + note + end
    header = struct.pack("<8sIIIIqqII", b"\x89CTSPOL\n", 1, 64, 11, 10, 0, 0, 130001, 13000)
    data = header.ljust(64, b"\0") + struct.pack("<IIQQ", 0x4B4C4253, len(body), 0, 0) + body
    found = facts(data + b"cut off")
    assert found["kernels_join"] == {"driver": 1}, found
    assert found["kernels_on_sms"] == {"48": 1}, found
    assert found["notes"] == [{"code": "confined", "result": 0, "text": "why"}], found
    assert found["end"]["n_buffers_lent"] == 2 and found["cupti"] == 130001, found
    assert facts(b"x" * 80) == {"error": "no spool"}
    print("spool-facts.py: self-test passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        self_test()
        return 0
    if not args.folder:
        parser.error("which folder?")
    found = []
    for path in sorted(glob.glob(os.path.join(args.folder, "*.spool"))):
        with open(path, "rb") as file:
            found.append({"file": os.path.basename(path), **facts(file.read())})
    if args.json:
        print(json.dumps(found, indent=1))
        return 0
    if not found:
        print("no spools: no process called cuInit() with the collector in it")
    for one in found:
        for key, value in one.items():
            print(f"{key:17} {json.dumps(value) if isinstance(value, (dict, list)) else value}")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
