#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory. README.md says where
# the archive and its digest come from.
set -eu

archive=dotnet-sdk.tar.gz
[ -f "$archive" ] && [ -f "$archive.sha512" ] || {
    echo "put $archive and $archive.sha512 beside runtime.toml: see README.md" >&2
    exit 1
}
echo "$(cut -d ' ' -f 1 "$archive.sha512")  $archive" | sha512sum --check --quiet -

root=$DESTDIR/usr/lib/dotnet
ours=$DESTDIR/usr/lib/hearth/dotnet
mkdir -p "$root" "$ours" "$DESTDIR/usr/bin"
tar -xzf "$archive" -C "$root"
ln -s ../lib/dotnet/dotnet "$DESTDIR/usr/bin/dotnet"

only() { # the one path that a pattern names
    [ $# -eq 1 ] && [ -e "$1" ] || { echo "not one: $*" >&2; exit 1; }
    echo "${1#"$DESTDIR"}"
}
compiler=$(only "$root"/sdk/*/Roslyn/bincore)
references=$(only "$root"/packs/Microsoft.NETCore.App.Ref/*/ref/net*)
version=$(basename "$(only "$root"/shared/Microsoft.NETCore.App/*)")

ln -s "$compiler" "$ours/compiler"
for library in "$DESTDIR$references"/*.dll; do
    echo "-r:$references/$(basename "$library")"
done > "$ours/references.rsp"
cat > "$ours/runtimeconfig.json" <<JSON
{"runtimeOptions": {"tfm": "$(basename "$references")", "framework": {"name": "Microsoft.NETCore.App", "version": "$version"}}}
JSON
cp GlobalUsings.cs "$ours/"

# Nobody restores packages, writes web sites or desktop programs here.
rm -rf "$root"/sdk/*/Sdks "$root"/sdk/*/FSharp "$root/shared/Microsoft.AspNetCore.App" \
    "$root"/packs/Microsoft.AspNetCore.App.Ref "$root/sdk-manifests" "$root/templates"
