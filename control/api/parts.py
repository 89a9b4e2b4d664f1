"""What the routes work with: the service's own parts, put together by `control/service.py`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from control.admission.admission import Admission
from control.api.admin.operations import Operations
from control.api.gate import Gate
from control.executors.fleet import Fleet
from control.metrics import Metrics
from control.scheduling.dispatch import Dispatch
from control.settings import Settings
from control.tenancy.follower import Follower
from control.usage.meter import Meter
from control.usage.reports import Reports

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    gate: Gate
    fleet: Fleet
    dispatch: Dispatch
    admission: Admission
    follower: Follower
    operations: Operations
    meter: Meter
    reports: Reports
    metrics: Metrics
    # None: nothing is traced.
    tracer: "Tracer | None" = None
