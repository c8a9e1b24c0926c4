"""Answers what Python's json module sees in given bytes: length-prefixed questions on stdin, answers on stdout."""

import json
import struct
import sys


def keep_first(pairs):
    members = {}
    for name, value in pairs:
        members.setdefault(name, value)
    return members


def sees(data, path, hook):
    try:
        value = json.loads(data, object_pairs_hook=hook)
    except (ValueError, RecursionError):
        return {"refused": True}
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return {"refused": False, "text": value if isinstance(value, str) else None}


def read(count):
    data = sys.stdin.buffer.read(count)
    if len(data) < count:
        sys.exit(0)
    return data


while True:
    path_length, data_length = struct.unpack(">II", read(8))
    path = json.loads(read(path_length))
    data = read(data_length)
    answer = json.dumps({"last": sees(data, path, None), "first": sees(data, path, keep_first)}).encode("ascii")
    sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
    sys.stdout.buffer.flush()
