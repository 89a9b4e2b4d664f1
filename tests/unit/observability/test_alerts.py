"""The alert rules: right in themselves, about metrics that exist, each seen to fire and not to."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from live_metrics import SCRAPED, live_metrics
from promql import named_in, promtool

from control.failures import Failure

PLACE = Path(__file__).parents[3] / "observability/prometheus"
RULES = PLACE / "alerts.yml"
SCENES = Path(__file__).parent / "alerts_test.yml"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]
]


def test_prometheus_takes_the_rules_and_the_scrape_configuration(tmp_path: Path) -> None:
    promtool("check", "rules", RULES)
    (tmp_path / "alerts.yml").symlink_to(RULES)
    config = (PLACE / "scrape.yml").read_text()
    key = tmp_path / "hearth.key"
    key.write_text("key")
    (tmp_path / "prometheus.yml").write_text(config.replace("/etc/prometheus/hearth.key", str(key)))
    promtool("check", "config", tmp_path / "prometheus.yml")


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    promtool("test", "rules", SCENES)


def test_every_alert_is_seen_to_fire_and_not_to() -> None:
    scenes = yaml.safe_load(SCENES.read_text())["tests"]
    looks = [look for scene in scenes for look in scene["alert_rule_test"]]
    seen = {(look["alertname"], bool(look["exp_alerts"])) for look in looks}
    assert seen == {(alert["alert"], fires) for alert in ALERTS for fires in (True, False)}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_names_what_exists_and_says_what_to_do(alert: dict[str, Any]) -> None:
    exported = live_metrics().labels()
    named = named_in(alert["expr"])
    assert named.metrics.keys() <= exported.keys()
    for metric, labels in named.metrics.items():
        assert labels <= exported[metric], metric
    known = set().union(*(exported[metric] for metric in named.metrics))
    assert named.grouped <= known
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"].keys() == {"summary", "description"}
    assert set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"])) <= known | SCRAPED


def test_phases_and_reasons_that_are_asked_for_exist() -> None:
    text = RULES.read_text()
    phases = {phase for found in re.findall(r'phase=~?"([\w|]+)"', text) for phase in found.split("|")}
    assert phases <= {failure.value[0] for failure in Failure}
    assert set(re.findall(r'reason!?="(\w+)"', text)) <= {failure.value[1] for failure in Failure}
