#!/bin/sh
# Every guest on nestwalk, under the hypervisor and the proxy kernel.
exec tests/guest/check nestwalk
