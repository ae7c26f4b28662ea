"""LightGBM from PyPI: training from arrays, and scoring by Python's predict and by the C API."""
import ctypes
import json
import sys
import time

try:
    import lightgbm as lgb
    import numpy as np
except ImportError as e:
    print(json.dumps({"error": f"lightgbm isn't installed: {e}"}), flush=True)
    sys.exit(0)

import learn

state = {}


def boost(order, job):
    x, y, group = learn.rows(job["rows"], job["width"])
    test = learn.rows(job["test"], job["width"])[0]
    params = {"objective": job["objective"], "num_leaves": job["leaves"], "num_threads": 1, "verbose": -1, "seed": 1}
    start = time.process_time()
    model = lgb.train(params, lgb.Dataset(x, y, group=group, params=params), num_boost_round=job["trees"])
    seconds = time.process_time() - start
    if job.get("model"):
        model.save_model(job["model"])
    learn.write(job["out"], model.predict(test, raw_score=True, num_threads=1))
    return {"seconds": seconds}


def score(order, job):
    """Scores requests of k rows one at a time, as a service receives them."""
    x, k = learn.rows(job["test"], job["width"])[0], order["k"]
    if "model" not in state:
        state["model"] = lgb.Booster(model_file=job["model"], params={"num_threads": 1})
    model, out = state["model"], np.zeros(len(x))
    if order["do"] == "score":

        def one(i):
            out[i : i + k] = model.predict(x[i : i + k], raw_score=True, num_threads=1)

    else:
        lib, raw, written = lgb.basic._LIB, ctypes.c_int(1), ctypes.c_int64(0)
        float32, row_major, all_trees, params = ctypes.c_int(0), ctypes.c_int(1), ctypes.c_int(-1), ctypes.c_char_p(b"num_threads=1")
        rows, width, handle = ctypes.c_int32(k), ctypes.c_int32(x.shape[1]), model._handle
        source, target = x.ctypes.data, out.ctypes.data

        def one(i):
            status = lib.LGBM_BoosterPredictForMat(
                handle, ctypes.c_void_p(source + 4 * i * x.shape[1]), float32, rows, width, row_major, raw, ctypes.c_int(0), all_trees,
                params, ctypes.byref(written), ctypes.c_void_p(target + 8 * i))
            if status != 0:
                raise RuntimeError("LGBM_BoosterPredictForMat failed")

    start = time.process_time()
    for _ in range(order["reps"]):
        for i in range(0, len(x), k):
            one(i)
    seconds = time.process_time() - start
    learn.write(job["out"], out)
    return {"seconds": seconds}


learn.serve("lightgbm", lgb.__version__, {"boost": boost, "score": score, "score-c": score})
