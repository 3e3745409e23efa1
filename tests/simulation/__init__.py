"""The seeded simulation: the real services over a cloud in memory that fails in every way it may.

One seed is one run: who acts when, what is asked, and what goes wrong are drawn from it, so a
failing seed fails again. ``python -m tests.simulation --seed 123 --trace`` shows it, shrunk.
"""
