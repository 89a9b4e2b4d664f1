"""Benchmarks, each beside what a user would pick instead, in one run on one machine.

Absolute times depend on the machine and its neighbours; only ratios within one run mean something.
Results go to `bench/results/`: a table to the terminal, JSON, and an SVG.
"""
