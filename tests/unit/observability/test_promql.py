"""Whether what expressions name is found: the other tests here rest on it."""

import pytest
from promql import named_in


@pytest.mark.parametrize(
    ("expression", "metrics", "grouped"),
    [
        ("a_total", {"a_total": set()}, set()),
        ('rate(a{b="}{",c=~".*"}[5m]) / 2', {"a": {"b", "c"}}, set()),
        ("sum by (x, y) (a) / on (z) group_left (w) b", {"a": set(), "b": set()}, {"x", "y", "z", "w"}),
        ("histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) > 1e3", {"a_bucket": set()}, {"le"}),
        ("absent(a) or vector(0) and b offset 5m", {"a": set(), "b": set()}, set()),
    ],
)
def test_names_are_found(expression: str, metrics: dict[str, set[str]], grouped: set[str]) -> None:
    named = named_in(expression)
    assert (named.metrics, named.grouped) == (metrics, grouped)
