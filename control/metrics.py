"""What the control plane measures, for Prometheus.

Labels come from closed sets: routes, methods, statuses, and the runtimes that executors report. Tenants
are not among them: their number is unbounded, and whoever reads metrics need not know them.
"""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.usage.meter import Meter

# A request takes from a few milliseconds to as long as its program may run.
REQUEST_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900)
# A warm sandbox is claimed, and the control plane is through, in fractions of a millisecond.
PHASE_BUCKETS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 300)


class _FleetCollector(Collector):
    """Read from the fleet at the moment of asking."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("hearth_control_executor_up", "1 when connected.", labels=["executor"])
        load = GaugeMetricFamily(
            "hearth_control_executor_load", "Part of its capacity in use.", labels=["executor"]
        )
        for executor in self._fleet.executors:
            up.add_metric([executor.address], executor.connected)
            load.add_metric([executor.address], executor.load)
        warm = GaugeMetricFamily(
            "hearth_control_warm_sandboxes", "Warm sandboxes over all executors.", labels=["runtime"]
        )
        for offer in self._fleet.catalogue.offers:
            warm.add_metric([offer.runtime.id], offer.warm)
        return up, load, warm


class Metrics:
    def __init__(self, fleet: Fleet, meter: Meter) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_FleetCollector(fleet))
        Gauge(
            "hearth_control_usage_unflushed_seconds",
            "How long the oldest execution that has ended has waited to be counted in the database.",
            registry=self._registry,
        ).set_function(meter.unflushed_s)
        Gauge(
            "hearth_control_usage_journal_failing",
            "1 while usage is counted in memory alone, as its journal cannot be written.",
            registry=self._registry,
        ).set_function(lambda: meter.journal_failing)
        self._requests = Histogram(
            "hearth_control_request_seconds",
            "Time from a request's head to its answer. Its count is the number of requests.",
            ["route", "method", "status"],
            buckets=REQUEST_BUCKETS,
            registry=self._registry,
        )
        phases = Histogram(
            "hearth_control_execution_seconds",
            "Where an execution's time went: claim of a sandbox, executor in all, agent in the sandbox; and "
            "control, which is what is not the executor's.",
            ["phase"],
            buckets=PHASE_BUCKETS,
            registry=self._registry,
        )
        self._claim = phases.labels("claim")
        self._executor = phases.labels("executor")
        self._agent = phases.labels("agent")
        self._control = phases.labels("control")
        self._stages = Counter(
            "hearth_control_stages",
            "Stages by how they ended.",
            ["language", "stage", "status"],
            registry=self._registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).observe(seconds)

    def execution(self, language: str, result: ExecutionResult, seconds: float) -> None:
        for stage, ended in (("compile", result.compile), ("run", result.run)):
            if ended is not None:
                self._stages.labels(language, stage, ended.status or "OK").inc()
        self._claim.observe(result.claim_us / 1e6)
        if result.total_us:
            self._executor.observe(result.total_us / 1e6)
            self._agent.observe(result.agent_us / 1e6)
            self._control.observe(max(seconds - result.total_us / 1e6, 0))

    def text(self) -> bytes:
        return generate_latest(self._registry)
