"""Which databases there can be, by their URLs."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def url_of(text: str) -> URL:
    """Raises ValueError, in words that do not repeat the password."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("is not a database URL") from None
    backend = url.get_backend_name()
    if backend not in DRIVERS:
        raise ValueError(f"is neither SQLite nor PostgreSQL, but {backend}")
    url = url.set(drivername=DRIVERS[backend])
    if backend == "sqlite" and (not url.database or url.database == ":memory:"):
        raise ValueError("must name a file: sqlite+aiosqlite:////var/lib/hearth/control.db")
    return url
