#!/bin/sh
# Some of Debian's static programs on QEMU with the same hypervisor and kernel.
exec tests/el0/check qemu qemu
