"""What PromQL expressions name, and promtool, which says whether they are right.

promtool is Prometheus's own parser, and whatever is looked at here has passed it: to find names in what is
well-formed takes no second one.
"""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_RANGE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"(?<![\w:.])([a-zA-Z_:][\w:]*)(?![\w:])(?!\s*\()")
_WORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf", "nan"}


@dataclass
class Named:
    """Labels by the metric that they are asked of; those that are grouped by are of the whole expression."""

    metrics: dict[str, set[str]] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)


def named_in(expression: str) -> Named:
    named = Named()
    # Emptied, so that nothing in them looks like a name.
    text = _STRING.sub('""', expression)
    for metric, matchers in _SELECTOR.findall(text):
        labels = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)
        named.metrics.setdefault(metric, set()).update(labels)
    text = _SELECTOR.sub(" ", text)
    for labels in _GROUPING.findall(text):
        named.grouped.update(re.findall(r"\w+", labels))
    text = _RANGE.sub(" ", _GROUPING.sub(" ", text))
    for metric in _NAME.findall(text):
        if metric.lower() not in _WORDS:
            named.metrics.setdefault(metric, set())
    return named


def promtool(*arguments: str | Path) -> str:
    """What promtool says, which must find nothing wrong."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
