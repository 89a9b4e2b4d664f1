"""The machine's mirror, from what apt says about its sources."""

from __future__ import annotations

import pytest

from images.builder import mirror
from images.builder.errors import MirrorError
from images.builder.mirror import Mirror

MAIN = "http://mirror.example.org/debian/"
SECURITY = "http://mirror.example.org/debian-security/"


def lines(*rows: tuple[str, str, str, str]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        pytest.param(
            lines(
                (MAIN, "bookworm", "main", "Debian"),
                (MAIN, "bookworm-updates", "main", "Debian"),
                (SECURITY, "bookworm-security", "main", "Debian"),
            ),
            Mirror(MAIN, SECURITY),
            id="debian-12",
        ),
        pytest.param(
            lines((SECURITY, "trixie-security", "main", "Debian"), (MAIN, "trixie", "main", "Debian")),
            Mirror(MAIN, SECURITY),
            id="debian-13-security-first",
        ),
        pytest.param(lines((MAIN, "stable", "main", "")), Mirror(MAIN, None), id="index-never-fetched"),
        pytest.param(
            lines((SECURITY, "bullseye/updates", "main", "Debian"), (MAIN, "bullseye", "main", "Debian")),
            Mirror(MAIN, SECURITY),
            id="old-security-name",
        ),
        pytest.param(
            lines(
                ("https://apt.example.com/node/", "nodistro", "main", "Node"),
                ("https://apt.example.com/other/", "bookworm", "main", "Another vendor"),
                ("https://apt.example.com/back/", "bookworm-backports", "main", "Debian"),
                (MAIN, "bookworm", "contrib", "Debian"),
                ("https://second.example.org/debian/", "bookworm", "main", "Debian"),
                (MAIN, "bookworm", "main", "Debian"),
            ),
            Mirror("https://second.example.org/debian/", None),
            id="among-others-the-first",
        ),
    ],
)
def test_archive_is_found(targets: str, expected: Mirror) -> None:
    assert mirror.parse(targets) == expected


@pytest.mark.parametrize("targets", ["", "\n", "garbage\n", lines((MAIN, "noble", "main", "Ubuntu"))])
def test_no_archive_says_what_to_set(targets: str) -> None:
    with pytest.raises(MirrorError, match="HEARTH_DEBIAN_MIRROR"):
        mirror.parse(targets)


def test_override_wins_over_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_DEBIAN_MIRROR", f"{MAIN} {SECURITY}")
    assert mirror.discover() == Mirror(MAIN, SECURITY)
    monkeypatch.setenv("HEARTH_DEBIAN_MIRROR", MAIN)
    assert mirror.discover() == Mirror(MAIN, None)


def test_sources_name_keyring_and_every_pocket() -> None:
    main, more = Mirror(MAIN, SECURITY).source_lists("trixie")
    assert main.endswith(f"{MAIN} trixie main\n")
    assert [line.split()[2:] for line in more.splitlines()] == [
        [MAIN, "trixie-updates", "main"],
        [MAIN, "trixie-backports", "main"],
        [SECURITY, "trixie-security", "main"],
    ]
    assert all("signed-by=" in line for line in (main + more).splitlines())


def test_only_private_hosts_are_secret() -> None:
    assert Mirror("http://user:pw@mirror.example.org:80/debian", None).private_hosts == (
        b"mirror.example.org",
    )
    assert Mirror("http://ftp.debian.org/debian", "http://security.debian.org/").private_hosts == ()
