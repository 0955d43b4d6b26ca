"""Benchmarks: they report, and are never timed tests. See README.md in this folder.

One thread, unless the environment says otherwise: set here, since NumPy and PyTorch read it when they are imported.
"""

import os

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, str(THREADS))
