"""Anything killed or stopped at any moment: clients get a result or a typed error, and all is as before.

`condition.py` says what "as before" means. What is killed stands in the names of the modules.
"""
