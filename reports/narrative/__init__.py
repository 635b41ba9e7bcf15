"""Sentences from Gold by rules: every number in them is a value of the frames they are given."""
