"""How a file of a session is described to whoever downloads it.

It is a tenant's content on our origin: it is always a download, never a page, and never of a type that a
browser would run.
"""

from mimetypes import MimeTypes
from posixpath import splitext
from urllib.parse import quote

# Without the host's own tables, so that every host answers alike.
_TYPES = MimeTypes()
_PLAIN = {"application/json", "application/pdf"}
_ACTIVE = {"text/html", "text/xml", "text/xul", "text/javascript", "image/svg+xml"}
OTHER = "application/octet-stream"
# RFC 8187's attr-char, beyond what `quote` leaves alone by itself.
_ATTRIBUTE_SAFE = "!#$&+^`|"


def content_type_of(name: bytes) -> str:
    extension = splitext(name.decode(errors="replace"))[1]
    kind, encoding = _TYPES.guess_type(f"file{extension}", strict=False)
    if kind is None or encoding is not None or kind in _ACTIVE:
        return OTHER
    if kind.startswith("text/"):
        return f"{kind}; charset=utf-8"
    return kind if kind in _PLAIN or kind.startswith("image/") else OTHER


def disposition_of(name: bytes) -> str:
    """`attachment`, with the name's last part (RFC 6266)."""
    last = name.rpartition(b"/")[2].decode(errors="replace")
    return f"attachment; filename*=UTF-8''{quote(last, safe=_ATTRIBUTE_SAFE)}"
