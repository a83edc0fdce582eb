#!/bin/sh
# Random scalar floating-point instructions must give the same here and on qemu-aarch64: see fp_oracle.c.
set -u
if ! command -v qemu-aarch64 >/dev/null; then
	echo "skip fp_oracle: qemu-aarch64 is not installed"
	exit 0
fi
exec "build/${VARIANT:-release}/tests/cpu/fp_oracle" build/guest/fp_exec "${FP_CASES:-50000}" "${FP_SEED:-1}"
