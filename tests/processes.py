"""Which process runs which test, when there are several (`-n`): what shares a stack is run by one."""

import re

from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.conformance.cases import languages

LANGUAGES = frozenset(languages())


class ByStack(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out what stays together, in the order in which it is found."""

    def _split_scope(self, nodeid: str) -> str:
        """A language's conformance, each folder of integration tests, each module of others."""
        module, _, name = nodeid.partition("::")
        folder = module.rpartition("/")[0]
        if folder == "tests/conformance":
            named = [word for word in re.split(r"[-\[\]]", name) if word in LANGUAGES]
            return f"{folder} {named[0] if named else ''}"
        return folder if folder.startswith("tests/integration") else module
