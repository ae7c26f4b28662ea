"""Makes the models and expected predictions of this folder: python3 make.py FOLDER (needs lightgbm and numpy).

Data are drawn here. Every model is small and of another kind; rows have missing values, zeros, codes that training
never saw, and numbers far outside."""
import json
import sys

import lightgbm as lgb
import numpy as np

rng = np.random.default_rng(7)


def draw(n):
    x = np.zeros((n, 5), np.float32)
    x[:, 0] = rng.normal(size=n)
    x[:, 1] = np.round(rng.exponential(2, n)) * (rng.random(n) < 0.6)  # many zeros
    x[:, 2] = rng.normal(size=n)
    x[rng.random(n) < 0.3, 2] = np.nan
    x[:, 3] = rng.integers(0, 70, n)  # codes: more than one word of 32 bits
    x[:, 4] = rng.uniform(-3, 3, n)
    signal = x[:, 0] + 0.5 * x[:, 1] + np.where(np.isnan(x[:, 2]), 1, x[:, 2] * x[:, 4]) + np.sin(x[:, 3] * 7)
    return x, signal


def strange(n):
    """Rows as training never saw them."""
    x, _ = draw(n)
    odd = np.array([np.nan, 0.0, -0.0, 1e-36, -1e-36, 1e30, -1e30, np.inf, -np.inf, -1.0, -0.5, 70.0, 1e9, 0.5], np.float32)
    for i in range(n):
        for c in range(5):
            if rng.random() < 0.4:
                x[i, c] = rng.choice(odd)
    x[:, 3] = np.where(np.isfinite(x[:, 3]) & (np.abs(x[:, 3]) < 2**31), x[:, 3], np.nan)  # a cast of more is undefined in C++
    return x


x, signal = draw(1500)
clicks = (signal + rng.normal(size=len(signal)) > 1).astype(float)
grades = np.clip(np.round(signal), 0, 4)
positive = np.exp(np.clip(signal, -2, 2))
small = {"num_leaves": 7, "verbose": -1, "num_threads": 1, "deterministic": True, "seed": 1, "min_data_per_group": 5, "cat_smooth": 1}
sets = {"categorical_feature": [3]}
models = {
    "binary": ({"objective": "binary", "sigmoid": 1.5}, clicks, sets),
    "binary-wide": ({"objective": "binary", "num_leaves": 40, "num_trees": 2}, clicks, {}),
    "zeros": ({"objective": "regression", "zero_as_missing": True}, signal, {}),
    "no-missing": ({"objective": "regression", "use_missing": False}, signal, {}),
    "square-roots": ({"objective": "regression", "reg_sqrt": True}, signal, {}),
    "quantile": ({"objective": "quantile", "alpha": 0.9}, signal, {}),
    "poisson": ({"objective": "poisson"}, positive, {}),
    "cross-entropy": ({"objective": "cross_entropy"}, np.clip(positive / 8, 0, 1), {}),
    "cross-entropy-lambda": ({"objective": "cross_entropy_lambda"}, np.clip(positive / 8, 0, 1), {}),
    "lambdarank": ({"objective": "lambdarank"}, grades, {"group": [30] * 50, **sets}),
    "multiclass": ({"objective": "multiclass", "num_class": 5}, grades, sets),
    "one-against-all": ({"objective": "multiclassova", "num_class": 5}, grades, {}),
    "forest": ({"objective": "binary", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, clicks, {}),
    "stumpless": ({"objective": "regression", "min_data_in_leaf": 1500}, signal, {}),
}
out = sys.argv[1]
test = np.vstack([draw(20)[0], strange(20)])
rows = [[None if np.isnan(v) else ("inf" if v == np.inf else "-inf" if v == -np.inf else float(v)) for v in r] for r in test]
expected = {"lightgbm": lgb.__version__, "rows": rows, "models": {}}
for name, (params, y, extra) in models.items():
    params = {**small, **params}
    trees = params.pop("num_trees", 4)
    group = extra.get("group")
    data = lgb.Dataset(x, y, group=group, categorical_feature=extra.get("categorical_feature", "auto"), params=params)
    model = lgb.train(params, data, num_boost_round=trees)
    text = model.model_to_string(importance_type="split")
    open(f"{out}/{name}.txt", "w").write(text[: text.index("end of trees")] + "end of trees\n")
    expected["models"][name] = {
        "raw": np.ravel(model.predict(test, raw_score=True)).tolist(),
        "predict": np.ravel(model.predict(test)).tolist(),
    }
json.dump(expected, open(f"{out}/expected.json", "w"))
