#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: compiles the runner.
set -eu

place=$DESTDIR/usr/lib/hearth
flags=$(ruby -rrbconfig -e 'c = RbConfig::CONFIG; puts "-isystem #{c["rubyhdrdir"]} -isystem #{c["rubyarchhdrdir"]}"')
mkdir -p "$place"
common="-std=c17 -O2 -fPIC -shared -s -Wall -Wextra -Werror"
# Ruby's own headers mark the parts of a File that the runner needs as deprecated.
# shellcheck disable=SC2086
gcc $common -Wno-deprecated-declarations $flags -o "$place/hearth_park.so" hearth_park.c environment.c park.c
# shellcheck disable=SC2086
gcc $common -o "$place/environment.so" environment_library.c environment.c

# Any file will do that is loaded before -r, by every ruby.
ln -s "$(ruby -e 'puts $LOADED_FEATURES.grep(%r{/rubygems\.rb\z}).fetch(0)')" "$place/mark.rb"
printf x > "$place/one_byte"
