"""The output folder: complete or absent, nothing half-written, nothing left over."""

from __future__ import annotations

import fcntl
import json
import threading
from pathlib import Path

import pytest

from images.builder.hashing import HashingWriter
from images.builder.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def put(store: Store, name: str, digest: str, scratch: Path) -> None:
    archive = f"{name}-{digest}.oci.tar"
    (store.folder / archive).write_text("")
    store.add_record(name, {"archive": archive}, scratch)


def test_new_image_replaces_the_old_of_its_name_only(store: Store) -> None:
    with store.scratch() as scratch:
        put(store, "c", "0" * 12, scratch)
        put(store, "c-sharp", "1" * 12, scratch)
        put(store, "c", "2" * 12, scratch)
    left = {path.name for path in store.folder.iterdir() if path.is_file()}
    assert left == {
        *("c.json", "c-222222222222.oci.tar"),
        *("c-sharp.json", "c-sharp-111111111111.oci.tar"),
    }


@pytest.mark.parametrize("lost", ["c-000000000000.oci.tar", "c.json"])
def test_record_of_a_lost_file_counts_as_none(store: Store, lost: str) -> None:
    with store.scratch() as scratch:
        put(store, "c", "0" * 12, scratch)
    assert store.record("c")
    (store.folder / lost).unlink()
    assert not store.record("c")


def test_garbled_record_and_layer_count_as_none(store: Store) -> None:
    (store.folder / "c.json").write_text("{")
    (store.folder / "layers" / "k.json").write_text(json.dumps({"key": "k"}))
    assert store.record("c") == {}
    assert store.layer("k") is None


def test_failing_layer_leaves_nothing(store: Store) -> None:
    def fail(output: HashingWriter) -> None:
        output.write(b"half of it")
        raise KeyboardInterrupt

    with store.scratch() as scratch, pytest.raises(KeyboardInterrupt):
        store.add_layer("k", scratch, fail)
    assert [path.name for path in store.folder.rglob("*")] == ["layers"]


def test_layer_is_found_again_until_it_is_not_kept(store: Store) -> None:
    with store.scratch() as scratch:
        layer = store.add_layer("k", scratch, lambda output: output.write(b"x"))
    assert store.layer("k") == layer
    store.keep_layers({"k"})
    assert store.layer("k") == layer
    store.keep_layers(())
    assert store.layer("k") is None


def test_scratch_of_a_killed_builder_is_swept(store: Store) -> None:
    left = store.folder / ".scratch-left"
    (left / "deep").mkdir(parents=True)
    with store.scratch() as scratch:
        assert not left.exists()
    assert not scratch.exists()


def test_second_builder_waits_for_the_first(store: Store) -> None:
    waits = threading.Event()
    done: list[str] = []

    def second() -> None:
        with Store(store.folder).locked(waits.set):
            done.append("second")

    with store.locked(lambda: pytest.fail("nobody else has it")):
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(10)
        assert not done
    thread.join(10)
    assert done == ["second"]


def test_lock_is_free_after_an_error(store: Store) -> None:
    with pytest.raises(RuntimeError), store.locked(lambda: None):
        raise RuntimeError
    with (store.folder / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
