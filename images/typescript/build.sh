#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: installs what lets Node
# run TypeScript, and what warms it while it is parked.
set -eu

target=$DESTDIR/usr/lib/typescript
mkdir -p "$target/node_modules/@swc"
install -m 644 ./*.cjs "$target/"
cp -r /npm/@swc/core /npm/@swc/core-linux-x64-gnu /npm/@swc/counter "$target/node_modules/@swc/"
cp -r /npm/get-tsconfig /npm/resolve-pkg-maps "$target/node_modules/"

mkdir -p "$DESTDIR/usr/lib/hearth"
cp -r rehearsal "$DESTDIR/usr/lib/hearth/"
