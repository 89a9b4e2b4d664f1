from __future__ import annotations

print(annotations, compile('1', '', 'eval').co_flags)
