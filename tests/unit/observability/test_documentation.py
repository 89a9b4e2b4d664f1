"""docs/observability.md tells of what there is, and of nothing else."""

import re
from pathlib import Path

from live_metrics import live_metrics

from control.failures import Failure

TEXT = (Path(__file__).parents[3] / "docs/observability.md").read_text()
# Names of metrics, and their labels.
_ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| ((?:`\w+`(?:, )?)*) ?\|", re.MULTILINE)
# One histogram or counter is several series; nobody asks for when they were made.
_SERIES = re.compile(r"_(bucket|count|sum|created)$")


def test_every_metric_is_documented_with_its_labels_and_none_that_is_not_there() -> None:
    documented: dict[str, set[str]] = {}
    for names, labels in _ROW.findall(TEXT):
        for name in re.findall(r"`((?:hearth_control|process)_\w+)`", names):
            documented[name] = set(re.findall(r"\w+", labels))
    exported: dict[str, set[str]] = {}
    for name, labels in live_metrics().labels().items():
        if name != "up" and not name.endswith("_created"):
            exported[_SERIES.sub("", name)] = labels - {"job", "instance", "le"}
    assert documented == exported


def test_every_failure_is_documented() -> None:
    rows = re.findall(r"^\| `(queue|claim|go|run|settle)` \| `(\w+)` \|", TEXT, re.MULTILINE)
    assert rows == [failure.value for failure in Failure]
