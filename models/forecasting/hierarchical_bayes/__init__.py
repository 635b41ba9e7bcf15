"""The hierarchical-Bayes panel regression: one design for all series, coefficients drawn towards each other."""
