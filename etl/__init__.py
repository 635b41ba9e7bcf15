"""Land raw order files and refine them, Bronze to Silver to Gold, on any Spark Connect engine."""
