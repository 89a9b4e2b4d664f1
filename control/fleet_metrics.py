"""What the executors said last of themselves, for Prometheus, read at the moment of asking."""

from collections.abc import Callable, Iterable

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from control.executors.client import ExecutorClient
from control.executors.fleet import Fleet

# Of each executor that is connected.
GAUGES: dict[str, tuple[str, Callable[[ExecutorClient], float]]] = {
    "load": ("Part of its capacity in use, programs that wait included.", lambda one: one.load),
    "in_flight": ("Programs that this control plane has there.", lambda one: one.in_flight),
    "running": ("Programs that run.", lambda one: one.status.running),
    "waiting": ("Programs that wait for a sandbox.", lambda one: one.status.waiting),
    "capacity": ("The most programs that run at once.", lambda one: one.status.capacity),
    "sandboxes": ("Sandboxes of all kinds.", lambda one: one.status.sandboxes),
    "sandboxes_max": ("The most sandboxes of all kinds.", lambda one: one.status.sandboxes_max),
    "booting": ("Sandboxes that boot.", lambda one: one.status.booting),
    "pinned": ("Sandboxes that are kept for a session.", lambda one: one.status.pinned),
    "sessions": ("Sessions that keep something.", lambda one: one.status.sessions),
    "session_bytes": ("What sessions take on disk.", lambda one: one.status.session_bytes),
    "session_bytes_max": ("What sessions may take on disk.", lambda one: one.status.session_bytes_max),
}


class FleetCollector(Collector):
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("hearth_control_executor_up", "1 when connected.", labels=["executor"])
        ready = GaugeMetricFamily(
            "hearth_control_executor_ready", "1 when it takes new work.", labels=["executor"]
        )
        for executor in self._fleet.executors:
            up.add_metric([executor.address], executor.connected)
            ready.add_metric([executor.address], executor.ready)
        yield from (up, ready)
        for name, (words, read) in GAUGES.items():
            gauge = GaugeMetricFamily(f"hearth_control_executor_{name}", words, labels=["executor"])
            for executor in self._fleet.executors:
                if executor.connected:
                    gauge.add_metric([executor.address], read(executor))
            yield gauge
        warm = GaugeMetricFamily(
            "hearth_control_warm_sandboxes", "Warm sandboxes over all executors.", labels=["runtime"]
        )
        for offer in self._fleet.catalogue.offers:
            warm.add_metric([offer.runtime.id], offer.warm)
        yield warm
