"""What every peer's program shares: it reads one JSON order a line and prints one JSON reply a line, with seconds of
processor time: beside busy neighbours they repeat where a wall clock doesn't."""
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
                began = time.process_time()
                for _ in range(order["reps"]):
                    found = search(index, order, queries)
                reply["seconds"] = time.process_time() - began
                if order.get("found"):
                    reply["found"] = found.tolist()
            else:
                index = None
                began = time.process_time()
                index = build(order, items)
                reply["seconds"] = time.process_time() - began
        except Exception as e:  # the driver prints it and goes on
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), flush=True)
