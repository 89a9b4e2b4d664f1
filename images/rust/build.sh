#!/bin/sh
# Runs inside the image as it is built, over the layer of C: compiles the parked compiler, and takes the
# debug information of the standard library away. Debian's is ten times what a program's own code needs,
# and linking is most of the time that a small program takes to build. Names stay, so backtraces have them.
set -eu

shared=/usr/lib/hearth
place=$DESTDIR$shared
mkdir -p "$place"
flags="-std=c17 -O2 -Wall -Wextra -Werror -static -s -I $shared"
gcc $flags -o "$place/rust_park" rust_park.c link.c $shared/commands.c $shared/park.c
gcc $flags -o "$place/rust_link" rust_link.c $shared/park.c
sh $shared/write_commands.sh objects.o /usr/bin/gcc -pie -nodefaultlibs objects.o > "$place/rust.commands"

libraries=/usr/lib/rustlib/x86_64-unknown-linux-gnu/lib
mkdir -p "$DESTDIR$libraries"
for library in $libraries/*.rlib; do
    objcopy --strip-debug "$library" "$DESTDIR$library"
done
