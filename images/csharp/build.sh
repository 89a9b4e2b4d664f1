#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory.
set -eu

mkdir -p "$DESTDIR/usr/lib/hearth/bin" "$DESTDIR/usr/lib/hearth/csharp"

gcc -std=c17 -O2 -s -Wall -Wextra -Werror -o "$DESTDIR/usr/lib/hearth/bin/mono" hearth_mono.c park.c \
    -isystem /usr/include/mono-2.0 -lmonosgen-2.0
mcs -optimize -warnaserror -r:/usr/lib/mono/4.5/mcs.exe -out:"$DESTDIR/usr/lib/hearth/csharp/Compiler.exe" Compiler.cs

# Machine code for the libraries that programs use most, where Debian has that of mscorlib.
cache=$(dirname /usr/lib/mono/aot-cache/*/mscorlib.dll.so)
mkdir -p "$DESTDIR$cache"
for name in System System.Core System.Numerics; do
    mono --aot="outfile=$DESTDIR$cache/$name.dll.so" "/usr/lib/mono/4.5/$name.dll"
    strip --strip-unneeded "$DESTDIR$cache/$name.dll.so"
done
