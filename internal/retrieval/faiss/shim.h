//go:build faiss && cgo

// The C side of FAISS: its own C API isn't in Debian's package. A function that can fail returns NULL, or what went
// wrong as text that the caller frees; no exception leaves. Vectors are row-major floats, only read during the call.
#ifndef DRYRUN_FAISS_SHIM_H
#define DRYRUN_FAISS_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct faiss_shim faiss_shim;

// The library's version, "1.7.3"; the text stays.
const char *faiss_shim_version(void);

// Each makes an empty index over vectors of dim values, by inner product. *out is the caller's, for faiss_shim_free.
char *faiss_shim_flat(int dim, faiss_shim **out);
char *faiss_shim_hnsw(int dim, int m, int ef_construction, int ef_search, uint64_t seed, faiss_shim **out);
char *faiss_shim_ivfpq(int dim, int lists, int parts, int bits, int probes, int refine, uint64_t seed, faiss_shim **out);

// Trains on n rows what has to be trained; call it once, before the first add.
char *faiss_shim_train(faiss_shim *s, int64_t n, const float *rows);
// Adds n rows, numbered on from those before.
char *faiss_shim_add(faiss_shim *s, int64_t n, const float *rows);
// Makes a train or an add under way on another thread, and every later one, fail soon.
void faiss_shim_stop(faiss_shim *s);

// Finds the k best of one query; places that stay empty hold item -1. It may run on many threads at once.
char *faiss_shim_search(const faiss_shim *s, const float *query, int64_t k, float *scores, int64_t *items);

// The same among the items whose bits are set in allowed, eight to a byte, the lowest bit first. effort, 1 or more, is how
// many times as far the search goes as without a filter.
char *faiss_shim_search_allowed(const faiss_shim *s, const float *query, int64_t k, const uint8_t *allowed, int64_t bytes,
                                double effort, float *scores, int64_t *items);

int64_t faiss_shim_bytes(const faiss_shim *s);
void faiss_shim_free(faiss_shim *s);

#ifdef __cplusplus
}
#endif
#endif
