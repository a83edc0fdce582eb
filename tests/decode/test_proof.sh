#!/bin/sh
# Some of the words of `make decode-proof`: 200 of each row and 200,000 uniform ones.
set -u
for tool in aarch64-linux-gnu-objdump llvm-objdump-19; do
	if ! command -v "$tool" >/dev/null; then
		echo "skip decode-proof: $tool is not installed"
		exit 0
	fi
done
exec tests/decode/compare 200 200000
