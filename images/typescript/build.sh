#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: installs what lets Node
# run TypeScript, and what warms it while it is parked.
set -eu

target=$DESTDIR/usr/lib/typescript
mkdir -p "$target/node_modules/@swc"
install -m 644 ./*.cjs "$target/"
cp -r /npm/@swc/core /npm/@swc/core-linux-x64-gnu /npm/@swc/counter "$target/node_modules/@swc/"
# The addon is packed: it unpacks itself into the home of whoever loads it, 30 MB that would be the program's.
cache=$(mktemp -d)
SWC_NATIVE_BINDING_CACHE=$cache node -e "require('$target/node_modules/@swc/core')"
install -m 644 "$cache"/swc-native-*/v*/*.node "$target/node_modules/@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node"
rm -r "$cache"
cp -r /npm/get-tsconfig /npm/resolve-pkg-maps "$target/node_modules/"

mkdir -p "$DESTDIR/usr/lib/hearth"
cp -r rehearsal "$DESTDIR/usr/lib/hearth/"
