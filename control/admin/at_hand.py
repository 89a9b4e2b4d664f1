"""The way that needs no control plane: the database itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError

from control.admin.ways import WayError
from control.api.admin.operations import Operations
from control.api.problems import ProblemError
from control.settings import Settings
from control.store.database import Database
from control.store.errors import StoreError
from control.tenancy.errors import TenancyError
from control.tenancy.keys import Keys
from control.tenancy.limits import Plans
from control.tenancy.tenants import Tenants
from control.usage.reports import Reports


@asynccontextmanager
async def at_hand(url: str) -> AsyncIterator[Operations]:
    """Raises WayError, also for what goes wrong in the block."""
    try:
        # Only to know the plans; everything else in them is the control plane's.
        settings = Settings(database=url)
        store = Database(url, settings.database_timeout_ms)
        try:
            await store.open()
            yield Operations(Tenants(store), Keys(store), Reports(store), Plans(settings), settings)
        finally:
            await store.close()
    except ValidationError as error:
        raise WayError(
            "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
                for one in error.errors()
            )
        ) from error
    except (ProblemError, TenancyError, StoreError) as error:
        raise WayError(str(error)) from error
