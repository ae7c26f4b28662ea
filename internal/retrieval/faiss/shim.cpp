//go:build faiss && cgo

#include "shim.h"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/utils/distances.h>

struct faiss_shim {
    std::unique_ptr<faiss::Index> index;
    std::atomic<bool> stopped{false};
};

namespace {

// The index that this thread is building. FAISS asks one interrupt callback for the whole process; ours looks here, so
// that stopping one build leaves the others alone.
thread_local const std::atomic<bool> *watching = nullptr;

struct Interrupt : faiss::InterruptCallback {
    bool want_interrupt() override {
        return watching && watching->load(std::memory_order_relaxed);
    }
};

void set_up_once() {
    static std::once_flag once;
    std::call_once(once, [] {
        faiss::InterruptCallback::instance.reset(new Interrupt);
        // k-means asks between blocks of queries: with so few, within some tens of milliseconds on any BLAS.
        faiss::distance_compute_blas_query_bs = 256;
    });
}

char *text(const char *what) {
    char *copy = strdup(what);
    return copy ? copy : strdup("");
}

// One thread for each call: the same seed then gives the same index, and the caller decides what runs side by side.
template <class F>
char *guarded(F f) {
    try {
        set_up_once();
        omp_set_num_threads(1);
        f();
        return nullptr;
    } catch (const std::bad_alloc &) {
        return text("out of memory");
    } catch (const std::exception &e) {
        return text(e.what());
    } catch (...) {
        return text("an exception of unknown type");
    }
}

struct Watch {
    explicit Watch(const faiss_shim *s) { watching = &s->stopped; }
    ~Watch() { watching = nullptr; }
};

void hand_over(std::unique_ptr<faiss::Index> index, faiss_shim **out) {
    auto s = std::make_unique<faiss_shim>();
    s->index = std::move(index);
    *out = s.release();
}

// k-means warns on stderr below the fewest points a centroid. With the most and so many rounds, training takes seconds at
// any size; what its code books then lack, the comparison in full makes good.
const int fewest_points = 1;
const int most_points = 64;
const int rounds = 10;

template <class Clustering>
void set_clustering(Clustering &cp, uint64_t seed) {
    cp.min_points_per_centroid = fewest_points;
    cp.max_points_per_centroid = most_points;
    cp.niter = rounds;
    cp.seed = static_cast<int>(seed & 0x7fffffff);
}

int64_t bytes_of(const faiss::Index *index) {
    if (auto flat = dynamic_cast<const faiss::IndexFlat *>(index)) {
        return flat->codes.size();
    }
    if (auto graph = dynamic_cast<const faiss::IndexHNSW *>(index)) {
        const faiss::HNSW &h = graph->hnsw;
        return bytes_of(graph->storage) + h.neighbors.size() * sizeof(h.neighbors[0]) + h.offsets.size() * sizeof(h.offsets[0]) +
               h.levels.size() * sizeof(h.levels[0]);
    }
    if (auto lists = dynamic_cast<const faiss::IndexIVFPQ *>(index)) {
        return lists->ntotal * (lists->code_size + sizeof(faiss::Index::idx_t)) + lists->pq.centroids.size() * sizeof(float) +
               bytes_of(lists->quantizer);
    }
    if (auto refined = dynamic_cast<const faiss::IndexRefine *>(index)) {
        return bytes_of(refined->base_index) + bytes_of(refined->refine_index);
    }
    return 0;
}

// Where a filter leaves fewer than one item in so many, FAISS's graph loses its way to them, and a scan of them is quick.
const double most_effort = 20;

int scaled(int64_t base, double effort, int64_t most) {
    return static_cast<int>(std::min<double>(std::ceil(base * effort), std::max<int64_t>(most, 1)));
}

// IndexRefine passes no parameters on in FAISS 1.7.3, so its two steps are made here: a search by codes, then the
// comparison in full. Places that stay empty hold item -1.
void search_refined(const faiss::IndexRefine *refined, const float *query, int64_t k, faiss::IDSelector &selector, double effort,
                    float *scores, faiss::Index::idx_t *items) {
    auto lists = dynamic_cast<const faiss::IndexIVF *>(refined->base_index);
    auto flat = dynamic_cast<const faiss::IndexFlat *>(refined->refine_index);
    if (!lists || !flat) {
        throw std::runtime_error("an index of this kind can't be filtered");
    }
    faiss::SearchParametersIVF params;
    params.sel = &selector;
    params.nprobe = scaled(lists->nprobe, effort, lists->nlist);
    const int64_t rough = std::min<int64_t>(std::max<int64_t>(k, static_cast<int64_t>(k * refined->k_factor)), lists->ntotal);
    std::vector<faiss::Index::idx_t> ids(rough);
    std::vector<float> dots(rough);
    lists->search(1, query, rough, dots.data(), ids.data(), &params);
    ids.erase(std::remove_if(ids.begin(), ids.end(), [](faiss::Index::idx_t id) { return id < 0; }), ids.end());
    flat->compute_distance_subset(1, query, ids.size(), dots.data(), ids.data());
    std::vector<size_t> order(ids.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return dots[a] > dots[b] || (dots[a] == dots[b] && ids[a] < ids[b]); });
    for (int64_t i = 0; i < k; i++) {
        const bool found = i < static_cast<int64_t>(order.size());
        items[i] = found ? ids[order[i]] : -1;
        scores[i] = found ? dots[order[i]] : 0;
    }
}

} // namespace

#define WRITTEN(x) #x
#define DOTTED(a, b, c) WRITTEN(a) "." WRITTEN(b) "." WRITTEN(c)

extern "C" {

const char *faiss_shim_version(void) { return DOTTED(FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH); }

char *faiss_shim_flat(int dim, faiss_shim **out) {
    return guarded([&] { hand_over(std::make_unique<faiss::IndexFlatIP>(dim), out); });
}

char *faiss_shim_hnsw(int dim, int m, int ef_construction, int ef_search, uint64_t seed, faiss_shim **out) {
    return guarded([&] {
        auto index = std::make_unique<faiss::IndexHNSWFlat>(dim, m, faiss::METRIC_INNER_PRODUCT);
        index->hnsw.efConstruction = ef_construction;
        index->hnsw.efSearch = ef_search;
        index->hnsw.rng = faiss::RandomGenerator(static_cast<int64_t>(seed));
        hand_over(std::move(index), out);
    });
}

char *faiss_shim_ivfpq(int dim, int lists, int parts, int bits, int probes, int refine, uint64_t seed, faiss_shim **out) {
    return guarded([&] {
        auto coarse = std::make_unique<faiss::IndexFlatIP>(dim);
        auto inner = std::make_unique<faiss::IndexIVFPQ>(coarse.get(), dim, lists, parts, bits, faiss::METRIC_INNER_PRODUCT);
        coarse.release();
        inner->own_fields = true;
        inner->nprobe = probes;
        set_clustering(inner->cp, seed);
        set_clustering(inner->pq.cp, seed);
        auto index = std::make_unique<faiss::IndexRefineFlat>(inner.get());
        inner.release();
        index->own_fields = true;
        index->k_factor = static_cast<float>(refine);
        hand_over(std::move(index), out);
    });
}

char *faiss_shim_train(faiss_shim *s, int64_t n, const float *rows) {
    return guarded([&] {
        Watch watch(s);
        s->index->train(n, rows);
    });
}

char *faiss_shim_add(faiss_shim *s, int64_t n, const float *rows) {
    return guarded([&] {
        Watch watch(s);
        s->index->add(n, rows);
    });
}

void faiss_shim_stop(faiss_shim *s) { s->stopped.store(true); }

char *faiss_shim_search(const faiss_shim *s, const float *query, int64_t k, float *scores, int64_t *items) {
    static_assert(sizeof(faiss::Index::idx_t) == sizeof(int64_t), "FAISS numbers items otherwise");
    return guarded([&] {
        s->index->search(1, query, k, scores, reinterpret_cast<faiss::Index::idx_t *>(items));
    });
}

char *faiss_shim_search_allowed(const faiss_shim *s, const float *query, int64_t k, const uint8_t *allowed, int64_t bytes,
                                double effort, float *scores, int64_t *items) {
    return guarded([&] {
        faiss::IDSelectorBitmap selector(bytes, allowed);
        auto ids = reinterpret_cast<faiss::Index::idx_t *>(items);
        auto graph = dynamic_cast<const faiss::IndexHNSW *>(s->index.get());
        if (graph && effort > most_effort) {
            faiss::SearchParameters params;
            params.sel = &selector;
            graph->storage->search(1, query, k, scores, ids, &params);
        } else if (graph) {
            faiss::SearchParametersHNSW params;
            params.sel = &selector;
            params.efSearch = scaled(std::max<int64_t>(graph->hnsw.efSearch, k), effort, graph->ntotal);
            graph->search(1, query, k, scores, ids, &params);
        } else if (auto refined = dynamic_cast<const faiss::IndexRefine *>(s->index.get())) {
            search_refined(refined, query, k, selector, effort, scores, ids);
        } else {
            faiss::SearchParameters params;
            params.sel = &selector;
            s->index->search(1, query, k, scores, ids, &params);
        }
    });
}

int64_t faiss_shim_bytes(const faiss_shim *s) { return bytes_of(s->index.get()); }

void faiss_shim_free(faiss_shim *s) { delete s; }

} // extern "C"
