"""Both stages as in a Python service: FAISS's graph, rows by numpy, LightGBM's predict."""
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

K, EF, ITEM_FEATURES, QUERY_FEATURES = 200, 200, 20, 7  # as in protocol.go
state = {}


def stages(order, job):
    dim = order["dim"]
    state["items"] = np.fromfile(order["items"], dtype="<f4").reshape(-1, dim)
    state["queries"] = np.fromfile(order["queries"], dtype="<f4").reshape(-1, dim)
    state["features"] = np.fromfile(f"{job['rows']}/features.f32", dtype="<f4").reshape(-1, ITEM_FEATURES)
    state["model"] = lgb.Booster(model_file=job["model"], params={"num_threads": 1})
    faiss.omp_set_num_threads(1)
    graph = faiss.IndexHNSWFlat(dim, order["m"], faiss.METRIC_L2)
    graph.hnsw.efConstruction = order["ef_construction"]
    graph.add(state["items"])
    graph.hnsw.efSearch = EF
    state["graph"] = graph
    return {}


def request(order, job):
    features, graph, model = (state[k] for k in ("features", "graph", "model"))
    rows = np.empty((K, 1 + QUERY_FEATURES + ITEM_FEATURES), np.float32)
    times, found = [], []
    for q in state["queries"]:
        start = time.process_time()
        squares, ids = graph.search(q[None], K)
        valid = ids[0] >= 0
        ids = ids[0][valid]
        used_rows = rows[: len(ids)]
        used_rows[:, 0] = 1 - squares[0][valid] / 2
        used_rows[:, 1 : 1 + QUERY_FEATURES] = q[:QUERY_FEATURES]
        used_rows[:, 1 + QUERY_FEATURES :] = features[ids]
        scores = model.predict(used_rows, raw_score=True, num_threads=1)
        best = ids[np.argsort(-scores, kind="stable")]
        times.append(time.process_time() - start)
        found.append(best[: order["k"]].tolist())
    return {"times": times, "found": found}


learn.serve("faiss-cpu + lightgbm", f"{faiss.__version__} + {lgb.__version__}", {"stages": stages, "request": request})
