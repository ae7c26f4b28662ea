"""implicit from PyPI: AlternatingLeastSquares by conjugate gradient, on the processor."""
import json
import sys
import time
from importlib.metadata import version

try:
    import numpy as np
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
except ImportError as e:
    print(json.dumps({"error": f"implicit isn't installed: {e}"}), flush=True)
    sys.exit(0)

import learn


def als(order, job):
    pairs = np.fromfile(f"{job['rows']}/pairs.i32", dtype="<i4").reshape(-1, 2)
    history = csr_matrix((np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])), shape=(job["users"], job["items"]))
    model = AlternatingLeastSquares(
        factors=job["factors"], regularization=job["reg"], alpha=job["alpha"], iterations=job["iterations"], num_threads=1, random_state=1)
    start = time.process_time()
    model.fit(history, show_progress=False)
    seconds = time.process_time() - start
    learn.write(job["out"], np.vstack([model.user_factors, model.item_factors]))
    return {"seconds": seconds}


learn.serve("implicit", version("implicit"), {"als": als})
