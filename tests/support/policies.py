"""A rule that nobody should release."""

QUADRATIC = """package nexus.commands.pairs

import rego.v1

deny contains "Two lines are the same" if {
	some i, line in input.command.data.lines
	some j, other in input.command.data.lines
	i < j
	line == other
}
"""
"""Compares each line with each other one: 27,000 lines, which fit a body, take half an hour."""
