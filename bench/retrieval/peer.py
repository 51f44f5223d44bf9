# FAISS on the same vectors and queries: exact, and each index at the least effort that reaches the recall. One thread answers.
import json, sys, time
import numpy as np
import faiss

folder, goal, threads, kinds = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split(";")
work = json.load(open(folder + "/work.json"))
dim, depth, batch = work["dimensions"], work["depth"], work["batch"]
read = lambda name, kind, columns: np.fromfile(f"{folder}/{name}.bin", dtype=kind).reshape(-1, columns)
items, queries, truth = read("items", np.float32, dim), read("queries", np.float32, dim), read("truth", np.int32, depth)


def recall(found):
    return np.mean([len(np.intersect1d(a, b)) for a, b in zip(found, truth[:len(found)])]) / depth


def seconds(index, rows, size):
    start = time.process_time()
    for at in range(0, len(rows), size):
        index.search(rows[at:at + size], depth)
    return (time.process_time() - start) / len(rows)


def say(name, index, built, size, rows, effort):
    single, batched = seconds(index, rows, 1), seconds(index, rows, batch)
    print(json.dumps({"name": name, "effort": effort, "recall": recall(index.search(queries, depth)[1] + 1 if not name.startswith("exact") else index.search(rows, depth)[1] + 1),
                      "single": single * 1e3, "batched": batched * 1e3, "built": built, "bytes": size}), flush=True)


def size_of(index):
    return len(faiss.serialize_index(index))


def least(efforts, search):
    """The first effort that reaches the goal; efforts rise."""
    low, high = 0, len(efforts) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if search(efforts[middle]) >= goal else (middle + 1, high)
    return efforts[low]


for kind in kinds:
    faiss.omp_set_num_threads(threads)
    start = time.perf_counter()
    if kind == "exact":
        index = faiss.IndexFlatIP(dim)
        index.add(items)
        faiss.omp_set_num_threads(1)
        say("exact, FAISS", index, 0, 4 * items.size, queries[:work["exactQueries"]], "")
    elif kind == "hnsw":
        index = faiss.IndexHNSWFlat(dim, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 80
        index.add(items)
        built = time.perf_counter() - start
        faiss.omp_set_num_threads(1)

        def search(effort):
            index.hnsw.efSearch = effort
            return recall(index.search(queries, depth)[1] + 1)

        effort = least([100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200, 4800], search)
        search(effort)
        say("HNSW32", index, built, size_of(index), queries, f"efSearch {effort}")
    else:
        index = faiss.index_factory(dim, kind, faiss.METRIC_INNER_PRODUCT)
        refined = isinstance(index, faiss.IndexRefine)
        lists = faiss.downcast_index(index.base_index) if refined else index
        lists.cp.niter = 10
        index.train(items[:64 * lists.nlist])
        index.add(items)
        built = time.perf_counter() - start
        faiss.omp_set_num_threads(1)
        if refined:
            index.k_factor = 4 if "PQ" in kind else 1.5

        def search(effort):
            lists.nprobe = effort
            return recall(index.search(queries, depth)[1] + 1)

        effort = least([16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048], search)
        search(effort)
        say(kind, index, built, size_of(index), queries, f"nprobe {effort}")
