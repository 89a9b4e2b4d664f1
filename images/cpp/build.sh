#!/bin/sh
# Runs inside the image as it is built, over the layer of C: asks g++ what it would run, and compiles
# headers ahead.
set -eu

flags="-O2 -std=gnu++20 -pipe -pthread"
place=$DESTDIR/usr/lib/hearth
mkdir -p "$place"
sh /usr/lib/hearth/write_commands.sh main.cpp /usr/bin/g++ $flags -o /build/program main.cpp > "$place/cpp.commands"

# GCC itself finds NAME.gch beside a header that is the first thing a program includes, and takes it when
# flags and macros allow that. Without address randomization the same headers give the same file.
for header in /usr/include/c++/14/iostream /usr/include/x86_64-linux-gnu/c++/14/bits/stdc++.h; do
    mkdir -p "$DESTDIR${header%/*}"
    setarch -R g++ $flags -x c++-header "$header" -o "$DESTDIR$header.gch"
done
