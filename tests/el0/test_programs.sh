#!/bin/sh
# Static arm64 programs of Debian's, and programs linked with its libraries, at EL0 under two stages.
exec tests/el0/check programs
