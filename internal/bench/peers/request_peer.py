"""Both stages as a Python service has them: FAISS's graph, rows by numpy, LightGBM's predict."""
import json
import sys
import time

try:
    import faiss
    import lightgbm as lgb
    import numpy as np
except ImportError as e:
    print(json.dumps({"error": f"faiss-cpu and lightgbm aren't both installed: {e}"}), flush=True)
    sys.exit(0)

import learn

K, EF, ITEM_FACTS, REQUEST_FACTS = 200, 200, 20, 7
held = {}


def stages(order, job):
    dim = order["dim"]
    held["items"] = np.fromfile(order["items"], dtype="<f4").reshape(-1, dim)
    held["queries"] = np.fromfile(order["queries"], dtype="<f4").reshape(-1, dim)
    held["facts"] = np.fromfile(f"{job['rows']}/facts.f32", dtype="<f4").reshape(-1, ITEM_FACTS)
    held["model"] = lgb.Booster(model_file=job["model"], params={"num_threads": 1})
    faiss.omp_set_num_threads(1)
    graph = faiss.IndexHNSWFlat(dim, 16, faiss.METRIC_L2)
    graph.hnsw.efConstruction = order["ef"]
    graph.add(held["items"])
    graph.hnsw.efSearch = EF
    held["graph"] = graph
    return {}


def request(order, job):
    facts, graph, model = (held[k] for k in ("facts", "graph", "model"))
    rows = np.empty((K, 1 + REQUEST_FACTS + ITEM_FACTS), np.float32)
    times, found = [], []
    for q in held["queries"]:
        began = time.process_time()
        squares, ids = graph.search(q[None], K)
        there = ids[0] >= 0
        ids = ids[0][there]
        part = rows[: len(ids)]
        part[:, 0] = 1 - squares[0][there] / 2
        part[:, 1 : 1 + REQUEST_FACTS] = q[:REQUEST_FACTS]
        part[:, 1 + REQUEST_FACTS :] = facts[ids]
        scores = model.predict(part, raw_score=True, num_threads=1)
        best = ids[np.argsort(-scores, kind="stable")]
        times.append(time.process_time() - began)
        found.append(best[:10].tolist())
    return {"times": times, "found": found}


learn.serve("faiss-cpu + lightgbm", f"{faiss.__version__} + {lgb.__version__}", {"stages": stages, "request": request})
