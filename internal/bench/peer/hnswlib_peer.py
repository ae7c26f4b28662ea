"""hnswlib, compiled on this machine for its processor."""
import json
import sys
from importlib.metadata import version

try:
    import hnswlib
except ImportError as e:
    print(json.dumps({"error": f"hnswlib isn't installed: {e}"}), flush=True)
    sys.exit(0)

import wire


def build(order, items):
    if order["do"] != "hnsw":
        raise ValueError("hnswlib has only an HNSW index")
    index = hnswlib.Index(space="ip", dim=items.shape[1])
    index.init_index(max_elements=len(items), ef_construction=order["ef_construction"], M=order["m"], random_seed=1)
    index.set_num_threads(order["threads"])
    index.add_items(items)
    index.set_num_threads(1)
    return index


def search(index, order, queries):
    index.set_ef(order["ef"])
    return index.knn_query(queries, k=order["k"])[0]


wire.serve("hnswlib", version("hnswlib"), build, search)
