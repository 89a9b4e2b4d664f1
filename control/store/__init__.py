"""The SQL database: how it is reached, its tables, and the migrations that make them.

Knows SQL and nothing of what the rows mean; that is for those who use it, `control/tenancy` first of all.
"""
