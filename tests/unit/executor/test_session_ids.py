"""Ids of sessions: only what this executor made for this tenant is one."""

import stat
import string
from pathlib import Path

import pytest

from executor.sessions.ids import Ids, is_token, load_ids

ALPHABET = string.ascii_lowercase + "234567"


def test_an_id_is_genuine_for_its_tenant_and_its_executor() -> None:
    ids = Ids("here", b"secret")
    made = ids.new("t")
    assert made.text == f"s_here_{made.token}"
    assert is_token(made.token)
    assert ids.check(made.text, "t") == made
    assert ids.of(made.token) == made.text
    assert Ids("here", b"secret").check(made.text, "t") == made


@pytest.mark.parametrize("tenant", ["u", "", "T", "t ", "tt", "\0"])
def test_it_is_none_for_another_tenant(tenant: str) -> None:
    ids = Ids("here", b"secret")
    assert ids.check(ids.new("t").text, tenant) is None


def test_it_is_none_elsewhere_or_with_another_secret() -> None:
    made = Ids("here", b"secret").new("t")
    assert Ids("there", b"secret").check(made.text, "t") is None
    assert Ids("here", b"secret2").check(made.text, "t") is None
    assert Ids("here", b"").check(made.text, "t") is None


def test_no_letter_of_it_can_be_another_one() -> None:
    ids = Ids("here", b"secret")
    made = ids.new("t", 12345)
    for at in range(len(made.text)):
        for letter in {*ALPHABET, "_", "A", "0", "1", "=", "\0", "\n", "\u017f", "é"} - {made.text[at]}:
            forged = made.text[:at] + letter + made.text[at + 1 :]
            assert ids.check(forged, "t") is None, forged


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "a",
        lambda text: text + "\n",
        lambda text: text + "=",
        lambda text: " " + text,
        lambda text: text[:-1],
        lambda text: text[1:],
        lambda text: text.upper(),
        lambda text: text.replace("s_here", "s__here"),
        lambda text: text.replace("_", "", 1),
        lambda text: text.rpartition("_")[2],
        lambda text: f"{text}_{text}",
        lambda text: "",
    ],
)
def test_what_looks_a_little_different_is_none(change: object) -> None:
    ids = Ids("here", b"secret")
    assert callable(change)
    assert ids.check(change(ids.new("t").text), "t") is None


def test_it_says_up_to_when_it_is_good_for_by_itself() -> None:
    ids = Ids("here", b"secret")
    assert ids.new("t").bare_until == 0
    for moment in (1, 1_700_000_000, 2**32 - 1):
        made = ids.new("t", moment)
        found = ids.check(made.text, "t")
        assert found is not None
        assert (made.bare_until, found.bare_until) == (moment, moment)


def test_no_two_are_the_same() -> None:
    ids = Ids("here", b"secret")
    made = [ids.new("t", 7).token for _ in range(1000)]
    assert len({token[:19] for token in made}) == 1000


@pytest.mark.parametrize("name", ["", "a" * 47, "a" * 49, "A" * 48, "a" * 47 + "1", "a" * 47 + ".", "é" * 48])
def test_other_file_names_are_no_tokens(name: str) -> None:
    assert not is_token(name)


def test_name_and_key_are_the_same_after_every_restart(tmp_path: Path) -> None:
    first = load_ids(tmp_path / "state", "")
    made = first.new("t")
    again = load_ids(tmp_path / "state", "")
    assert (again.executor, again.check(made.text, "t")) == (first.executor, made)
    assert len(first.executor) == 8
    other = load_ids(tmp_path / "other", "")
    assert other.executor != first.executor
    assert (
        Ids(first.executor, (tmp_path / "other" / "session-key").read_bytes()).check(made.text, "t") is None
    )


def test_a_name_that_is_given_wins_and_the_drawn_one_stays(tmp_path: Path) -> None:
    drawn = load_ids(tmp_path, "").executor
    assert load_ids(tmp_path, "mine").executor == "mine"
    assert load_ids(tmp_path, "").executor == drawn


def test_key_and_folder_are_private(tmp_path: Path) -> None:
    load_ids(tmp_path / "a" / "b", "")
    folder = tmp_path / "a" / "b"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "name": 0o600,
        "session-key": 0o600,
    }


@pytest.mark.parametrize("name", ["A", "a_b", "a.b", "a" * 33, "ä", "a\n", " "])
def test_a_name_that_ids_could_not_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not 1 to 32 lower-case letters and digits"):
        load_ids(tmp_path, name)
    (tmp_path / "name").write_text(name)
    with pytest.raises(ValueError, match="not 1 to 32 lower-case letters and digits"):
        load_ids(tmp_path, "")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_damaged_key_is_refused_and_not_used(tmp_path: Path, size: int) -> None:
    (tmp_path / "session-key").write_bytes(b"x" * size)
    with pytest.raises(ValueError, match=f"session-key has {size} bytes"):
        load_ids(tmp_path, "mine")


def test_what_a_killed_start_left_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "session-key.new").write_bytes(b"half")
    ids = load_ids(tmp_path, "mine")
    assert len((tmp_path / "session-key").read_bytes()) == 32
    assert load_ids(tmp_path, "mine").check(ids.new("t").text, "t")
