#!/bin/sh
# Random A64 instruction streams must end alike here and on qemu-aarch64: see stream.c.
set -u
if ! command -v qemu-aarch64 >/dev/null; then
	echo "skip stream: qemu-aarch64 is not installed"
	exit 0
fi
exec "build/${VARIANT:-release}/tests/cpu/stream" 1 "${STREAMS:-60}"
