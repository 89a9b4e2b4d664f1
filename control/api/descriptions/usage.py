"""Of usage."""

from control.api.answers import UsageReport
from control.api.descriptions.parameters import LIMIT
from control.api.openapi.operation import Answer, Operation, Parameter
from control.api.usage_query import DAYS_DEFAULT, DAYS_MAX
from control.usage.reports import Group

DAY = {"type": "string", "format": "date"}
NAMES = "|".join(Group)

PARAMETERS = (
    Parameter(
        "from",
        "query",
        f"The first day, in UTC: one of the {DAYS_MAX} up to `to`. {DAYS_DEFAULT} days when not said.",
        DAY,
    ),
    Parameter("to", "query", "The last day, in UTC; today when not said.", DAY),
    Parameter(
        "group_by",
        "query",
        f"What to divide by: some of {', '.join(f'`{group}`' for group in Group)}, with commas.",
        {"type": "string", "pattern": f"^({NAMES})(,({NAMES}))*$", "default": "day"},
    ),
    LIMIT,
    Parameter("after", "query", "The `next` of the page before."),
)

GET = Operation(
    id="getUsage",
    tag="Usage",
    summary="What was used",
    description="Of the key's tenant: executions that have ended, each once, on the day on which it began. "
    "Those that this control plane has answered are all there, those of others within about "
    "{usage_flush_ms} ms.",
    parameters=PARAMETERS,
    answers={200: Answer("What was used.", UsageReport)},
)
