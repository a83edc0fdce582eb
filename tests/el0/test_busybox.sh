#!/bin/sh
# Debian's busybox at EL0 under two stages, compared with the host's own tools.
exec tests/el0/check busybox
