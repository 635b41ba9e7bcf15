"""Findings that are kept: movements outside expectation, published claims put to the test, what to do about them."""
