"""Makes python.safetensors, a file that another program has written.

    pip install safetensors==0.8.0 numpy==2.4.6
    python make_python.py
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "encoder.weight": np.array([[1.5, -2.0, 0.1], [1e-40, np.inf, 3e38]], dtype=np.float32),
    "encoder.bias": np.array([0.1, -0.0, 1e300], dtype=np.float64),
    "scale": np.array(2.5, dtype=np.float32),
    "labels": np.array([-1, 2**62], dtype=np.int64),
    "empty": np.zeros((0, 3), dtype=np.float32),
    "half": np.array([1.0, 2.0], dtype=np.float16),
}
path = pathlib.Path(__file__).with_name("python.safetensors")
save_file(tensors, path, metadata={"written by": "numpy"})
