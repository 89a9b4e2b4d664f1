#!/bin/sh
# Runs inside the image as it is built. Takes Debian's Go without what nobody needs to compile a program,
# compiles the standard library into a cache that goes with it, and notes how go compiles and links.
set -eu

debian=/usr/lib/go-1.24
goroot=/usr/lib/go
there=$DESTDIR$goroot
place=$DESTDIR/usr/lib/hearth
mkdir -p "$there/pkg/tool/linux_amd64" "$there/bin" "$DESTDIR/usr/bin" "$place"
cp -L $debian/bin/go "$there/bin"
cp -L $debian/VERSION $debian/go.env "$there"
cp -rL $debian/pkg/include "$there/pkg"
for tool in asm compile link; do
    cp -L $debian/pkg/tool/linux_amd64/$tool "$there/pkg/tool/linux_amd64"
done
cp -rL $debian/src "$there"
rm -rf "$there/src/cmd"
find "$there/src" \( -name testdata -o -name '*_test.go' \) -prune -exec rm -rf {} +
ln -s ../lib/go/bin/go "$DESTDIR/usr/bin/go"
cp go_build "$place"
mkdir -p "$place/config/go/telemetry"
echo off > "$place/config/go/telemetry/mode"

# At its final place, because what go notes in its cache names it.
cp -r "$there" $goroot
cp -L $debian/pkg/tool/linux_amd64/buildid $goroot/pkg/tool/linux_amd64 # go -x wants to name it
mkdir "$there/cache"
ln -s "$there/cache" $goroot/cache
export PATH=$goroot/bin:$PATH HOME=/tmp
export CGO_ENABLED=0 GOCACHE=$goroot/cache GOPROXY=off GOTOOLCHAIN=local GOFLAGS=
go build std

# What go tells compile and link about the standard library, for all of it. Programs may not import its
# internal packages.
go list -export -f '{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}' std > "$place/go.link"
grep -Ev '^packagefile (vendor/|([^=]*/)?internal(/|=))' "$place/go.link" > "$place/go.compile"
source=$(pwd)
cd "$(mktemp -d)"
printf 'package main\n\nfunc main() {}\n' > main.go
go build -x -o program main.go 2> log
grep '^modinfo ' log >> "$place/go.link"
# The words of the two commands, one a line, with an empty line after each (commands.h).
command() {
    for word; do
        case $word in
            */b001/importcfg) word=/usr/lib/hearth/go.compile ;;
            */b001/importcfg.link) word=/usr/lib/hearth/go.link ;;
            */b001/_pkg_.a) word={object} ;;
            */exe/a.out) word=/build/program ;;
            ./main.go) word={source} ;;
            -c=*) word=-c=1 ;;
        esac
        printf '%s\n' "$word"
        # No DWARF: half of the linker's time. Tracebacks do not use it.
        case $word in */link) echo -w ;; esac
    done
    echo
}
WORK=/tmp/go-build
for tool in compile link; do
    eval "command $(sed -n "s|^\(GOROOT='[^']*' \)\?\(/[^ ]*/$tool .*\)|\2|p" log)"
done > "$place/go.commands"

shared=/usr/lib/hearth
cd "$source"
gcc -std=c17 -O2 -Wall -Wextra -Werror -static -s -I $shared \
    -o "$place/go_park" go_park.c simple.c $shared/commands.c $shared/park.c
