"""Does the simulated store, fitted, come nearer to unseen halves of the public receipts?"""

import numpy as np
import pytest

from layoutlab.retail.preparation import baskets, receipts
from layoutlab.retail.synthetic import basket_samples, fitting


def fitted(name, folder):
    lines, _ = receipts.load(name, rng=np.random.default_rng(0))
    paths = [folder / f"{part}.parquet" for part in ("receipts", "baskets", "rejects")]
    receipts.write(paths[0], lines)
    baskets.prepare(*paths)
    sample = basket_samples.read(paths[1])
    return fitting.fit(sample, n_trips=3_000, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("name", "within"),
    [
        ("groceries", {"size": 0.25, "share": 0.9, "log_lift": 0.8}),
        ("online-retail", {"size": 0.6, "share": 0.4, "log_lift": 0.8, "gap": 0.5}),
    ],
)
def test_the_fit_comes_nearer(name, within, tmp_path):
    found = fitted(name, tmp_path)
    assert set(found.after) == set(within)
    parts = {name: found.after[name] / found.before[name] for name in within}
    assert all(parts[name] <= within[name] for name in within), parts
