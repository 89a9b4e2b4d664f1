"""Why a tenant or key was not changed, in words meant for the operator who asked."""


class TenancyError(Exception):
    """Nothing was changed."""


class NoSuchTenantError(TenancyError):
    def __init__(self, tenant: str) -> None:
        super().__init__(f"there is no tenant {tenant!r}")


class NoSuchKeyError(TenancyError):
    def __init__(self, key: str) -> None:
        super().__init__(f"there is no key {key!r}")


class ConflictError(TenancyError):
    """As things are, it cannot be done."""
