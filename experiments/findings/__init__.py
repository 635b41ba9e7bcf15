"""Jobs that keep findings in Gold: dips, claims, recommendations."""
