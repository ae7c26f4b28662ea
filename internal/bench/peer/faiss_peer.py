"""FAISS from PyPI: IndexHNSWFlat, IndexFlatIP, IndexIVFPQ with IndexRefineFlat."""
import json
import sys

try:
    import faiss
    import numpy as np
except ImportError as e:
    print(json.dumps({"error": f"faiss-cpu isn't installed: {e}"}), flush=True)
    sys.exit(0)

import wire


def build(order, items):
    dim, do = items.shape[1], order["do"]
    faiss.omp_set_num_threads(order["threads"])
    if do == "hnsw":
        # On unit vectors the squared distance gives the same order as the inner product, and is faster in FAISS.
        index = faiss.IndexHNSWFlat(dim, order["m"], faiss.METRIC_L2)
        index.hnsw.efConstruction = order["ef_construction"]
    elif do == "ivfpq":
        coarse = faiss.IndexFlatIP(dim)
        inner = faiss.IndexIVFPQ(coarse, dim, order["lists"], order["m"], 8, faiss.METRIC_INNER_PRODUCT)
        index = faiss.IndexRefineFlat(inner)
        index.train(items)
    else:
        index = faiss.IndexFlatIP(dim)
    index.add(items)
    faiss.omp_set_num_threads(1)
    return index


def search(index, order, queries):
    k = order["k"]
    if isinstance(index, faiss.IndexHNSW):
        index.hnsw.efSearch = order["ef"]
    elif isinstance(index, faiss.IndexRefineFlat):
        faiss.downcast_index(index.base_index).nprobe = order["probe"]
        index.k_factor = order["refine"]
    else:  # one at a time: a batch would become one matrix product
        return np.vstack([index.search(queries[i : i + 1], k)[1] for i in range(len(queries))])
    return index.search(queries, k)[1]


wire.serve("faiss-cpu", faiss.__version__, build, search)
