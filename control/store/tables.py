"""The tables, as the newest migration leaves them; a test compares both.

Moments are Unix milliseconds. Rows that every control plane keeps in memory have a `change`: the number of
the change that wrote them last, taken from the one row of `changes`. Whoever writes takes a number first, and
with it a lock until the end of the transaction. So numbers become visible in their order, and to follow is to
ask for rows with a greater number than the last one seen. It also makes writers of such rows take turns,
which is right for what operators do and not for what programs do: usage and runs are not to have one.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("plan", String(63), nullable=False),
    # What differs from the plan.
    Column("limits", JSON, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("disabled_ms", BigInteger),
    # The row stays: what executors and other tables still hold of a tenant must not become another's.
    Column("deleted_ms", BigInteger),
    Column("change", BigInteger, nullable=False, index=True),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(63), ForeignKey("tenants.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False, unique=True),
    # The secret before the last rotation, while it still works.
    Column("old_sha256", LargeBinary(32)),
    Column("old_until_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("change", BigInteger, nullable=False, index=True),
)

replicas = Table(
    "replicas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    # JSON: tenants with their executions at the moment and requests so far.
    Column("activity", LargeBinary, nullable=False),
)

# No foreign keys: adding to it must not wait for whoever changes a tenant.
usage = Table(
    "usage",
    metadata,
    Column("tenant", String(63), primary_key=True),
    # UTC.
    Column("day", Date, primary_key=True),
    Column("language", String(63), primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("executions", BigInteger, nullable=False),
    Column("wall_us", BigInteger, nullable=False),
    Column("cpu_us", BigInteger, nullable=False),
    Column("mib_ms", BigInteger, nullable=False),
    Column("bytes_in", BigInteger, nullable=False),
    Column("bytes_out", BigInteger, nullable=False),
)

# The same CPU time by tenant and day alone, for control planes to follow.
usage_days = Table(
    "usage_days",
    metadata,
    Column("tenant", String(63), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("cpu_us", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Index(None, "day", "updated_ms"),
)

# Of each journal the number of the last segment that is in `usage`.
usage_journals = Table(
    "usage_journals",
    metadata,
    Column("journal", String(32), primary_key=True),
    Column("applied", BigInteger, nullable=False),
)
