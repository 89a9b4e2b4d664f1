#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: compiles the runner.
set -eu

mkdir -p "$DESTDIR/usr/lib/hearth"
gcc -std=c17 -O2 -fPIC -shared -s -Wall -Wextra -Werror \
    -o "$DESTDIR/usr/lib/hearth/hearth_park.so" hearth_park.c answers.c exported.c environment.c park.c
