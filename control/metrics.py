"""What the control plane measures, for Prometheus.

Labels come from closed sets: routes, methods, statuses, and the runtimes that executors report. Tenants
are not among them: their number is unbounded, and whoever reads metrics need not know them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from control import failures
from control.executors.errors import NotRunError, SessionError
from control.executors.fleet import Fleet
from control.executors.outcome import ExecutionResult
from control.failures import Failure
from control.fleet_metrics import FleetCollector

# A request takes from a few milliseconds to as long as its program may run.
REQUEST_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900)
# A warm sandbox is claimed, and the control plane is through, in fractions of a millisecond.
PHASE_BUCKETS = (
    *(0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    *(1, 2, 5, 10, 30, 60, 300, 900),
)


class Metrics:
    def __init__(self, fleet: Fleet) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(FleetCollector(fleet))
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            "hearth_control_request_seconds",
            "Time from a request's head to its answer. Its count is the number of requests.",
            ["route", "method", "status"],
            buckets=REQUEST_BUCKETS,
            registry=self._registry,
        )
        phases = Histogram(
            "hearth_control_execution_seconds",
            "Where an execution's time went: the queue before it is sent; the executor's claim of a sandbox, "
            "go to the program, run of it, settling of what it left; and control, which is all the rest.",
            ["phase"],
            buckets=PHASE_BUCKETS,
            registry=self._registry,
        )
        self._queue = phases.labels("queue")
        self._claim = phases.labels("claim")
        self._go = phases.labels("go")
        self._run = phases.labels("run")
        self._settle = phases.labels("settle")
        self._control = phases.labels("control")
        self._stages = Counter(
            "hearth_control_stages",
            "Stages by how they ended.",
            ["language", "stage", "status"],
            registry=self._registry,
        )
        failed = Counter(
            "hearth_control_execution_failures",
            "Executions that failed through no fault of their program, by the phase that failed and why.",
            ["phase", "reason"],
            registry=self._registry,
        )
        # All of them from the beginning: of a series that appears with 1 no rate can tell.
        self._failures = {failure: failed.labels(*failure.value) for failure in Failure}

    def gauge(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Adds `hearth_control_NAME`, which is read at the moment of asking."""
        Gauge(f"hearth_control_{name}", words, registry=self._registry).set_function(read)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        self._requests.labels(route, method, str(status)).observe(seconds)

    def queued(self, seconds: float) -> None:
        """An execution has left the queue, whatever becomes of it then."""
        self._queue.observe(seconds)

    def failed(self, failure: Failure) -> None:
        self._failures[failure].inc()

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Counts the programs that no executor started, by the errors that pass through."""
        try:
            yield
        except (NotRunError, SessionError) as error:
            if (failure := failures.of_error(error)) is not None:
                self.failed(failure)
            raise

    def execution(self, language: str, result: ExecutionResult, seconds: float) -> None:
        """A program that had started; `seconds` are all but those in the queue."""
        for stage, ended in (("compile", result.compile), ("run", result.run)):
            if ended is not None:
                self._stages.labels(language, stage, ended.status or "OK").inc()
        self._claim.observe(result.claim_us / 1e6)
        if result.go_us:
            self._go.observe(result.go_us / 1e6)
            self._settle.observe(result.settle_us / 1e6)
            self._run.observe((result.total_us - result.claim_us - result.go_us - result.settle_us) / 1e6)
        if result.total_us:
            self._control.observe(max(seconds - result.total_us / 1e6, 0))
        if (failure := failures.in_result(result)) is not None:
            self.failed(failure)

    def text(self) -> bytes:
        return generate_latest(self._registry)
