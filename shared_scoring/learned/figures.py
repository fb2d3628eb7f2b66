"""Arrays of figures."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL_80 = 1.2816
"""Standard deviations from the middle of a normal distribution to the end of its 80 % band."""

LEARNED, DEFAULT_CURVE = "learned", "default_curve"
"""What a response may rest on."""
