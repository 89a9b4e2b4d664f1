"""What each tenant used: counted as programs end, kept in a journal on disk, added up in the database.

An execution is counted once, wherever the process is killed: `journal.py` writes it down before its answer
goes out, and `ledger.py` adds a segment of the journal to the database together with the segment's number,
so that it is never added again. A journal that was left behind is taken over by `adoption.py`. No request
waits for the database.

How usage is shown is the business of `control/api`, what a tenant may use that of `control/tenancy`.
"""
