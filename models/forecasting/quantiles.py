"""The nine quantiles of a forecast."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = tuple(level / 10 for level in range(1, 10))
NAMES = [f"q{level}" for level in range(10, 100, 10)]
