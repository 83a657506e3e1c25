"""The registry of models on a real SQLite store: who becomes champion, and the way back."""

import json

import keras
import numpy as np
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.tracking import registry, store

USERS = np.array([f"u{n}" for n in range(200)])


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return store.prepare(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a stored model whose customers measure `values`."""
    place = tmp_path_factory.mktemp("kept")

    def make(label, values, users=USERS):
        folder = place / label
        given = keras.Input((2,), name="given")
        answer = keras.layers.Dense(1, kernel_initializer="ones", name="answer")(given)
        canonical.write_keras(folder / "model.keras", keras.Model(given, answer, name="small"))
        figures = {"recall_at_10": float(np.mean(values))}
        canonical.write_json(folder / "card.json", {"data": label, "figures": figures})
        canonical.write_text(folder / "card.md", f"# Model card: {label}\n")
        canonical.write_npz(folder / "customers.npz", users=users, values=np.asarray(values))
        return folder

    return make


@pytest.fixture(scope="module")
def versions(opened, made):
    """Four versions: plain, as good in another order of customers, better, and better once more."""
    base = np.random.default_rng(1).random(200)
    noise = np.random.default_rng(2).normal(0, 0.05, 200)
    rows = {
        "plain": (base, USERS),
        "level": ((base + noise - noise.mean())[::-1], USERS[::-1]),
        "better": (base + 0.02 + noise, USERS),
        "best": (base + 0.1 + noise, USERS),
    }
    return {
        label: registry.register(made(label, *row), "next", opened) for label, row in rows.items()
    }


def promote(opened, version):
    return registry.promote("next", version, opened, rng=np.random.default_rng(1))


def test_versions_count_up_and_the_same_files_are_the_same_version(versions, opened, made):
    assert list(versions.values()) == [1, 2, 3, 4]
    base = np.random.default_rng(1).random(200)
    assert registry.register(made("plain", base), "next", opened) == 1
    version = opened.client().get_model_version("next", "1")
    assert version.description == "# Model card: plain\n"
    assert opened.client().get_run(version.run_id).data.metrics["recall_at_10"] > 0.4


def test_only_who_is_clearly_ahead_becomes_champion_and_there_is_a_way_back(versions, opened):
    assert registry.champion("next", opened) is None
    with pytest.raises(InputError, match="next: expected a champion to roll back from, got none"):
        registry.roll_back("next", opened)
    first = promote(opened, 1)
    assert first == registry.Decision(True, 1, "version 1 is the first champion of next")
    again = promote(opened, 1)
    assert (again.promoted, again.reason) == (False, "version 1 is the champion of next already")

    tie = promote(opened, 2)
    assert (tie.promoted, tie.champion) == (False, 1)
    assert tie.gain == pytest.approx(0, abs=1e-12)
    assert tie.interval[0] < 0 < tie.interval[1]
    assert tie.reason.startswith("version 2 is not clearly ahead of version 1: ")
    assert registry.champion("next", opened) == 1

    ahead = promote(opened, 3)
    assert (ahead.promoted, ahead.champion) == (True, 3)
    assert 0 < ahead.interval[0] < ahead.gain < ahead.interval[1]
    assert ahead.reason.endswith("on 200 customers")
    assert promote(opened, 4).champion == registry.champion("next", opened) == 4
    assert not promote(opened, 1).promoted

    back = registry.roll_back("next", opened)
    assert back.reason == "version 3 is champion of next again, version 4 is not"
    assert registry.roll_back("next", opened).champion == registry.champion("next", opened) == 1
    with pytest.raises(InputError, match="next: version 1 took no other champion's place"):
        registry.roll_back("next", opened)


def test_the_bootstrap_pairs_customers():
    rng = np.random.default_rng(3)
    base = rng.normal(0, 10, 500)
    gain, (low, high) = registry.compare(
        (np.arange(500), base + 0.1), (np.arange(500), base), rng=np.random.default_rng(1)
    )
    assert gain == pytest.approx(0.1)
    assert low == pytest.approx(0.1)
    assert high == pytest.approx(0.1)


def test_what_cannot_be_compared_or_read_is_refused(versions, opened, made, tmp_path):
    with pytest.raises(InputError, match="next: expected a registered version, got 99"):
        promote(opened, 99)
    few = (USERS[:9], np.ones(9))
    wanted = "expected two models measured on the same customers, got 9 and 200, of whom 9 are"
    with pytest.raises(InputError, match=wanted):
        registry.compare(few, (USERS, np.ones(200)), rng=np.random.default_rng(1))
    with pytest.raises(InputError, match=r"card\.json: expected a model card in JSON, got"):
        registry.register(tmp_path, "next", opened)
    folder = made("broken", np.ones(200))
    (folder / "customers.npz").write_bytes(b"cut")
    with pytest.raises(InputError, match=r"customers\.npz: expected customers and their measures"):
        registry.register(folder, "next", opened)
    canonical.write_npz(folder / "customers.npz", users=USERS, values=np.full(200, np.nan))
    with pytest.raises(InputError, match="expected one finite measure per customer"):
        registry.register(folder, "next", opened)
    (folder / "model.keras").unlink()
    with pytest.raises(InputError, match=r"expected model\.keras beside the card, got none"):
        registry.register(folder, "next", opened)
    (folder / "card.json").write_text(json.dumps([1]))
    with pytest.raises(InputError, match="expected a model card, got list"):
        registry.register(folder, "next", opened)
