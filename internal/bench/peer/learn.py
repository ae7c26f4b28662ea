"""Shared by the peers that train models: rows in files, a JSON command per line in, a JSON reply per line out."""
import json
import os
import sys

import numpy as np


def rows(folder, width):
    """The values, the labels and, where rows belong to requests, the number of rows of each request."""
    x = np.fromfile(f"{folder}/x.f32", dtype="<f4").reshape(-1, width)
    y = np.fromfile(f"{folder}/y.f32", dtype="<f4")
    group = f"{folder}/group.i32"
    return x, y, np.fromfile(group, dtype="<i4") if os.path.exists(group) else None


def write(path, values):
    np.asarray(values, dtype="<f4").tofile(path)


def serve(name, version, verbs):
    """verbs: name -> function(order, job) -> reply."""
    print(json.dumps({"peer": name, "version": version}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            reply = verbs[order["do"]](order, order.get("job", {}))
        except Exception as e:  # the driver reports it
            reply = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(reply), flush=True)
