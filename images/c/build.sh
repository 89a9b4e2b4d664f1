#!/bin/sh
# Runs inside the image as it is built: compiles the parked compiler, and asks gcc what it would run.
set -eu

place=$DESTDIR/usr/lib/hearth
mkdir -p "$place"
flags="-std=c17 -O2 -Wall -Wextra -Werror"
gcc $flags -fPIC -shared -s -fvisibility=hidden -o "$place/hearth_tool.so" hearth_tool.c park.c
gcc $flags -static -s -o "$place/gcc_park" gcc_park.c commands.c park.c

sh write_commands.sh main.c /usr/bin/gcc -O2 -std=gnu17 -pipe -pthread -o /build/program main.c -lm > "$place/c.commands"
# For the images that lie over this one.
cp park.h park.c commands.h commands.c write_commands.sh "$place"
