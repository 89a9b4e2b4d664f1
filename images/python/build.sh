#!/bin/sh
# Runs inside the image as it is built, with this folder as the working directory: compiles the runner,
# and has Debian's sitecustomize load it. (A .pth file would do the same, but costs every python3 the
# import of encodings.utf_8_sig.)
set -eu

headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')
mkdir -p "$DESTDIR/usr/lib/hearth"
flags="-std=c17 -O2 -fPIC -shared -s -Wall -Wextra -Werror"
# shellcheck disable=SC2086
gcc $flags -isystem "$headers" -o "$DESTDIR/usr/lib/hearth/hearth_park.so" hearth_park.c environment.c park.c
# shellcheck disable=SC2086
gcc $flags -o "$DESTDIR/usr/lib/hearth/environment.so" environment_library.c environment.c

python3 - <<'END'
import os, pathlib, py_compile, sitecustomize

name = sitecustomize.__file__  # a link into /etc
real = os.path.realpath(name)
destination = pathlib.Path(os.environ["DESTDIR"] + real)
destination.parent.mkdir(parents=True, exist_ok=True)
destination.write_bytes(pathlib.Path(real).read_bytes() + pathlib.Path("sitecustomize.in").read_bytes())
destination.chmod(0o644)
py_compile.compile(
    str(destination),
    cfile=os.environ["DESTDIR"] + sitecustomize.__cached__,
    dfile=name,
    doraise=True,
    # What carries the file into the image may change its time of modification.
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
END

# Only with the option "data".
if [ -e /usr/lib/python3/dist-packages/matplotlib ]; then
    python3 font_list.py
fi
