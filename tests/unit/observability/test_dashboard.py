"""The dashboard, as far as can be known without a Grafana: its queries are right, and find something."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_metrics import SCRAPED, Sample, live_metrics
from promql import named_in, promtool

FILE = Path(__file__).parents[3] / "observability/grafana/hearth.json"
DASHBOARD = json.loads(FILE.read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
UNITS = {"none", "s", "reqps", "ops", "bytes", "percentunit"}
TYPES = {"timeseries", "stat", "state-timeline"}
# In the place of what Grafana fills in.
VARIABLES = {"$__rate_interval": "5m", "$job": ".*"}


def queries(panel: dict[str, Any]) -> Iterator[str]:
    for target in panel["targets"]:
        expression = target["expr"]
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        yield expression


QUERIES = [
    pytest.param(query, target["legendFormat"], id=f"{panel['title']} {target['refId']}")
    for panel in PANELS
    for query, target in zip(queries(panel), panel["targets"], strict=True)
]


def test_every_panel_says_what_it_shows_in_which_unit() -> None:
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["type"] in TYPES
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        assert panel["targets"], panel["title"]
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)


def test_panels_have_places_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(one["x"] >= 0 and one["x"] + one["w"] <= 24 and one["h"] > 0 for one in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_every_query_goes_to_the_data_source_that_is_chosen() -> None:
    for panel in PANELS:
        for holder in (panel, *panel["targets"]):
            assert holder["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


def test_every_variable_is_declared() -> None:
    declared = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", FILE.read_text()))
    assert used - {"__rate_interval"} == declared


@pytest.mark.parametrize(("query", "legend"), QUERIES)
def test_every_name_in_a_query_is_one_that_a_control_plane_exports(query: str, legend: str) -> None:
    exported = live_metrics().labels()
    named = named_in(query)
    assert named.metrics.keys() <= exported.keys()
    for metric, labels in named.metrics.items():
        assert labels <= exported[metric], metric
    known = set().union(*(exported[metric] for metric in named.metrics))
    assert named.grouped <= known
    assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= named.grouped | SCRAPED


def test_every_query_finds_something_in_what_a_control_plane_exports(tmp_path: Path) -> None:
    expressions = [query for panel in PANELS for query in queries(panel)]
    names = [f"Query{number}" for number in range(len(expressions))]
    rules = [
        {"alert": name, "expr": f"count({expression}) > 0"}
        for name, expression in zip(names, expressions, strict=True)
    ]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    promtool("check", "rules", tmp_path / "rules.yml")
    fires = [{"eval_time": "20m", "alertname": name, "exp_alerts": [{}]} for name in names]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": list(map(growing, live_metrics().samples)),
                "alert_rule_test": fires,
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    promtool("test", "rules", tmp_path / "test.yml")


def growing(sample: Sample) -> dict[str, str]:
    """A series that begins at the sample and grows: of buckets the more, the more they hold."""
    labels = {"job": "hearth", "instance": "one:8080", **sample.labels}
    written = ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
    bound = float(sample.labels.get("le", 1))
    return {"series": f"{sample.name}{{{written}}}", "values": f"{sample.value:g}+{min(bound, 1000):g}x30"}
