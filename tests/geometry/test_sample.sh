#!/bin/sh
# 60 pairs of geometries on nestwalk (make matrix runs all 480), each with its fetches a walk.
exec tests/geometry/matrix sample
