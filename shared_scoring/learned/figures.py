"""Arrays of figures."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEARNED, DEFAULT_CURVE = "learned", "default_curve"
"""What a response may rest on."""
