"""What a tenant may at once: requests a second, executions at the same time, CPU seconds a day.

All of it is counted in memory. Control planes tell each other through the database what they have let in
(`peers.py`), so that over all of them a tenant gets what it may, and not that many times.
"""
