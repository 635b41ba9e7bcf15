"""Features of a daily panel: pure functions on pandas frames."""
