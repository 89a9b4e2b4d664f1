"""What a tenant may, in force: the settings, over them its plan, over that its own overrides.

A request carries them in its identity. Those that need counting are held by `control/admission`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import structlog
from pydantic import ValidationError

from control.settings import DEFAULT_PLAN, Settings
from control.tenancy.overrides import Overrides

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    requests_per_second: float
    requests_burst: int
    executions_max: int
    # None: no limit.
    cpu_seconds_per_day: int | None
    run_timeout_default_ms: int
    run_timeout_max_ms: int
    compile_timeout_default_ms: int
    compile_timeout_max_ms: int
    run_memory_max_bytes: int
    compile_memory_max_bytes: int
    output_max_bytes: int
    body_max_bytes: int
    session_idle_timeout_ms: int
    session_idle_timeout_max_ms: int
    sessions_max: int
    session_max_bytes: int
    sessions_max_bytes: int
    # None: all that there are.
    languages: frozenset[str] | None
    isolation: str
    isolation_forced: bool

    def as_json(self) -> dict[str, object]:
        languages = sorted(self.languages) if self.languages is not None else None
        return asdict(self) | {"languages": languages}


class Plans:
    """The plans of the settings. `default` is there even when nobody describes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._plans: dict[str, dict[str, object]] = {DEFAULT_PLAN: {}}
        for name, overrides in settings.plans.items():
            self._plans[name] = overrides.given()
        # Most tenants have no limits of their own: they share those of their plan.
        self._shared = {name: self._limits(name, {}) for name in self._plans}
        self._missing: set[str] = set()

    @property
    def names(self) -> list[str]:
        return sorted(self._plans)

    def limits_of(self, plan: str, overrides: Mapping[str, object]) -> Limits:
        if plan not in self._plans:
            if plan not in self._missing:
                self._missing.add(plan)
                log.error("tenants have a plan that the settings lack; the default stands in", plan=plan)
            plan = DEFAULT_PLAN
        return self._limits(plan, overrides) if overrides else self._shared[plan]

    def _limits(self, plan: str, overrides: Mapping[str, object]) -> Limits:
        base = self._settings.model_dump(include=set(Limits.__dataclass_fields__))
        base |= {"languages": None, "isolation": "cell", "isolation_forced": False}
        found = base | self._plans[plan] | _known(overrides)
        if found["languages"] is not None:
            found["languages"] = frozenset(found["languages"])
        # A default that was set for all is no reason to let one go beyond its ceiling.
        for default, ceiling in (
            ("run_timeout_default_ms", "run_timeout_max_ms"),
            ("compile_timeout_default_ms", "compile_timeout_max_ms"),
            ("session_idle_timeout_ms", "session_idle_timeout_max_ms"),
        ):
            found[default] = min(found[default], found[ceiling])
        return Limits(**found)


def _known(overrides: Mapping[str, object]) -> dict[str, object]:
    """Without what a later version added. What is not valid was written by hand; it must not stop anybody."""
    try:
        return Overrides.model_validate(
            {name: value for name, value in overrides.items() if name in Overrides.model_fields}
        ).given()
    except (ValidationError, AttributeError) as error:
        log.error("limits in the database are not valid; the plan's stand in", cause=str(error))
        return {}
