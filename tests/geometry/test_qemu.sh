#!/bin/sh
# The same hyp.img and guest on QEMU, over pairs that include 5x5 and sixteen concatenated tables.
exec tests/geometry/matrix qemu
