"""A global gradient-boosting model: one set of trees for all series and all horizons."""
