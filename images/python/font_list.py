"""Puts matplotlib's list of fonts into the image; build.sh runs it when the image has matplotlib.

matplotlib makes that list when it is first imported, and keeps it below the user's home, which in a
sandbox is empty each time. It would take one from nowhere else, hence the lines that are added to it: with
no fonts of the user's own, the list of the image is the one that it would make.
"""

import importlib.util
import json
import os
import py_compile
import tempfile
from pathlib import Path

FONT_LIST = Path("/usr/share/hearth/matplotlib/fontlist.json")

BEFORE = """
    fm = FontManager()
    json_dump(fm, fm_path)
"""
AFTER = f"""
    if try_read_cache and not any(map(os.path.isdir, X11FontDirectories[-2:])):
        return json_load({str(FONT_LIST)!r})
    fm = FontManager()
    json_dump(fm, fm_path)
"""

with tempfile.TemporaryDirectory() as folder:
    os.environ["MPLCONFIGDIR"] = folder
    from matplotlib import font_manager

    (made,) = Path(folder).glob("fontlist-*.json")
    destination = Path(os.environ["DESTDIR"] + str(FONT_LIST))
    destination.parent.mkdir(parents=True, exist_ok=True)
    fonts = json.loads(made.read_text())
    for kind in ("afmlist", "ttflist"):
        fonts[kind].sort(key=lambda font: font["fname"])  # found in no order
    destination.write_text(json.dumps(fonts))

# The user's own folders, of which the list knows nothing.
assert [Path(folder).name for folder in font_manager.X11FontDirectories[-2:]] == ["fonts", ".fonts"]
source = Path(font_manager.__file__)
text = source.read_text()
assert text.count(BEFORE) == 1, "matplotlib makes its list of fonts in another way now"

changed = Path(os.environ["DESTDIR"] + str(source))
changed.parent.mkdir(parents=True, exist_ok=True)
changed.write_text(text.replace(BEFORE, AFTER))
changed.chmod(0o644)
py_compile.compile(
    str(changed),
    cfile=os.environ["DESTDIR"] + importlib.util.cache_from_source(str(source)),
    dfile=str(source),
    doraise=True,
    # What carries the file into the image may change its time of modification.
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
