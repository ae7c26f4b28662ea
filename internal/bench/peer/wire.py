"""Shared by the peers that index vectors: a JSON command per line in, a JSON reply per line out, with seconds of processor
time, which vary less than wall time on a shared machine."""
import json
import sys
import time

import numpy as np


def vectors(path, dim):
    return np.fromfile(path, dtype="<f4").reshape(-1, dim)


def serve(name, version, build, search):
    """build(order, items) -> index; search(index, order, queries) -> item ids, one row a query."""
    print(json.dumps({"peer": name, "version": version}), flush=True)
    items = queries = index = None
    for line in sys.stdin:
        order = json.loads(line)
        reply = {}
        try:
            if order["do"] == "load":
                items, queries = (vectors(order[f], order["dim"]) for f in ("items", "queries"))
            elif order["do"] == "search":
                start = time.process_time()
                for _ in range(order["reps"]):
                    found = search(index, order, queries)
                reply["seconds"] = time.process_time() - start
                if order.get("found"):
                    reply["found"] = found.tolist()
            else:
                index = None
                start = time.process_time()
                index = build(order, items)
                reply["seconds"] = time.process_time() - start
        except Exception as e:  # the driver reports it
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), flush=True)
