"""Have visits changed since the model was made? Alarms from inputs at once, from outcomes later.

Inputs are known the moment a visit ends, so they are watched first: one two-sample test per feature
with the false discoveries controlled, the population stability index, and a classifier that tries
to tell new visits from old ones. Purchases tell whether the model still means what it says: the
share of buyers, and the gap between what happened and the probability given. Each alarm is checked
for how often it rings when nothing changed: on visits whose months were permuted.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.browsing.behaviour import features_without, fit_baseline
from layoutlab.retail.browsing.scores import auc_interval
from layoutlab.retail.browsing.visit_columns import NUMBERS, TARGET

CALENDAR = ("month", "special_day")
WATCHED = features_without(*CALENDAR)
PSI_BINS = 10
PSI_ALARM = 0.2
EMPTY = 0.5
KINDS = ("features", "psi", "classifier", "purchase_rate", "calibration")


def feature_tests(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    names: Sequence[str] = WATCHED,
    *,
    false_discovery_rate: float = 0.05,
) -> pd.DataFrame:
    """Test every feature for a change in its distribution.

    Parameters
    ----------
    reference, current : pandas.DataFrame
        Visits of before and of now, at least two rows each.
    names : sequence of str
        Features; numbers by Kolmogorov and Smirnov's test, categories by chi-square.
    false_discovery_rate : float
        Between 0 and 1; Benjamini and Hochberg (1995, JRSS B 57, 289-300).

    Returns
    -------
    pandas.DataFrame
        By feature: ``test``, ``statistic``, ``p_value``, ``q_value``, ``psi`` (`stability_index`)
        and ``alarm`` (q at most the rate).

    Raises
    ------
    InputError
        When a part has fewer than two rows or the rate is not between 0 and 1.
    """
    _require_rows(reference, current)
    if not 0 < false_discovery_rate < 1:
        raise InputError(
            f"expected false_discovery_rate between 0 and 1, got {false_discovery_rate}"
        )
    rows = []
    for name in names:
        before, now = reference[name].to_numpy(), current[name].to_numpy()
        if name in NUMBERS:
            found = stats.ks_2samp(before, now, method="asymp")
            rows.append(("Kolmogorov-Smirnov", float(found.statistic), float(found.pvalue)))
        else:
            rows.append(("chi-square", *_chi_square(before, now)))
    table = pd.DataFrame(
        rows,
        index=pd.Index(names, name="feature"),
        columns=["test", "statistic", "p_value"],
    )
    table["q_value"] = stats.false_discovery_control(table["p_value"])
    table["psi"] = [stability_index(reference[name], current[name]) for name in names]
    return table.assign(alarm=table["q_value"] <= false_discovery_rate)


def _chi_square(before: np.ndarray, now: np.ndarray) -> tuple[float, float]:
    """Return the statistic and p-value of equal shares; one category alone cannot differ."""
    counts = _counts(before, now)
    if counts.shape[1] < 2:
        return 0.0, 1.0
    found = stats.chi2_contingency(counts, correction=False)
    return float(found.statistic), float(found.pvalue)


def _counts(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Return how often each category is met, shape (2, categories)."""
    codes, known = pd.factorize(np.concatenate([before, now]))
    parts = codes[: len(before)], codes[len(before) :]
    return np.stack([np.bincount(part, minlength=len(known)) for part in parts])


def stability_index(before: pd.Series, now: pd.Series) -> float:
    """Return the population stability index of one feature, at least 0.

    The sum over bins of (now - before) ln(now / before), shares of visits; numbers in deciles of
    `before`, an empty bin counted as half a visit. Above `PSI_ALARM` is commonly called a shift
    (Siddiqi 2006, Credit Risk Scorecards); a rule of thumb, whose chance depends on the numbers of
    visits (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14(4)).
    """
    values = before.to_numpy(), now.to_numpy()
    if before.name in NUMBERS:
        shares = np.arange(1, PSI_BINS) / PSI_BINS
        edges = np.unique(np.quantile(values[0], shares))
        values = np.searchsorted(edges, values[0]), np.searchsorted(edges, values[1])
    counts = np.maximum(_counts(*values).astype(float), EMPTY)
    share = counts / counts.sum(axis=1, keepdims=True)
    return float(((share[1] - share[0]) * np.log(share[1] / share[0])).sum())


def classifier_test(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    names: Sequence[str] = WATCHED,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
) -> dict[str, Any]:
    """Let a logistic regression tell new visits from old ones, on visits it has not seen.

    Half of each part trains it, the other half is ranked. An AUC of one half: nobody could tell.

    Returns
    -------
    dict
        ``auc`` with ``auc_low`` and ``auc_high`` (DeLong), and ``alarm``: the interval lies above
        one half.

    Raises
    ------
    InputError
        When a part has fewer than four rows.

    References
    ----------
    D. Lopez-Paz and M. Oquab (2017), Revisiting classifier two-sample tests, ICLR, section 3.
    """
    _require_rows(reference, current, least=4)
    pooled = pd.concat([reference, current], ignore_index=True)
    later = np.arange(len(pooled)) >= len(reference)
    half = np.zeros(len(pooled), dtype="bool")
    for part in (np.flatnonzero(~later), np.flatnonzero(later)):
        half[rng.permutation(part)[: len(part) // 2]] = True
    model = fit_baseline(pooled[half].assign(**{TARGET: later[half]}), names)
    given = model.predict_proba(pooled.loc[~half, list(names)])[:, 1]
    auc, low, high = auc_interval(later[~half], given, level=level)
    return {"auc": auc, "auc_low": low, "auc_high": high, "alarm": bool(low > 0.5)}


def mean_change(before: np.ndarray, now: np.ndarray, *, level: float = 0.95) -> dict[str, Any]:
    """Return by how much a mean moved, with Welch's interval, and whether that is an alarm.

    Parameters
    ----------
    before, now : ndarray of float, shape (n,), (m,)
        Purchases (0 or 1), or purchases less the probability given to them.
    level : float

    Returns
    -------
    dict
        ``change``, ``change_low``, ``change_high`` and ``alarm``: the interval leaves out 0.
    """
    tested = stats.ttest_ind(now, before, equal_var=False)
    low, high = tested.confidence_interval(level)
    return {
        "change": float(now.mean() - before.mean()),
        "change_low": float(low),
        "change_high": float(high),
        "alarm": bool(low > 0 or high < 0),
    }


def watch(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    said_before: np.ndarray,
    said_now: np.ndarray,
    names: Sequence[str] = WATCHED,
    *,
    rng: np.random.Generator,
    false_discovery_rate: float = 0.05,
) -> dict[str, dict[str, Any]]:
    """Ask all alarms of `KINDS` about the visits of now.

    Parameters
    ----------
    reference, current : pandas.DataFrame
        The contract of visits.
    said_before, said_now : ndarray of float
        Probabilities that a model gave to visits it was not trained on.
    names : sequence of str
        Features to watch; those of the calendar change by themselves.
    rng : numpy.random.Generator
        Splits visits for the classifier.
    false_discovery_rate : float

    Returns
    -------
    dict of str to dict
        By kind, ``alarm`` and what it rests on.

    Raises
    ------
    InputError
        As the single tests, or when there is not one probability per visit.
    """
    for part, said in ((reference, said_before), (current, said_now)):
        if np.shape(said) != (len(part),):
            raise InputError(
                f"expected one probability per visit, got {np.shape(said)} for {len(part)}"
            )
    tests = feature_tests(reference, current, names, false_discovery_rate=false_discovery_rate)
    before, now = reference[TARGET].to_numpy(float), current[TARGET].to_numpy(float)
    return {
        "features": {
            "changed": tests.index[tests["alarm"]].tolist(),
            "alarm": bool(tests["alarm"].any()),
        },
        "psi": {"largest": float(tests["psi"].max()), "feature": str(tests["psi"].idxmax())}
        | {"alarm": bool(tests["psi"].max() > PSI_ALARM)},
        "classifier": classifier_test(reference, current, names, rng=rng),
        "purchase_rate": mean_change(before, now),
        "calibration": mean_change(before - said_before, now - said_now),
    }


def false_alarms(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    said_before: np.ndarray,
    said_now: np.ndarray,
    names: Sequence[str] = WATCHED,
    *,
    permutations: int,
    rng: np.random.Generator,
    false_discovery_rate: float = 0.05,
) -> pd.DataFrame:
    """Return how often each alarm rings when visits were given the months of others.

    Permuted, old and new visits are alike, so that every alarm is false; whole visits move, with
    their purchase and its probability.

    Returns
    -------
    pandas.DataFrame
        By kind: ``rate``, ``rate_low``, ``rate_high`` (95 % Wilson interval) and ``permutations``.

    Raises
    ------
    InputError
        As `watch`, or for fewer than one permutation.
    """
    if permutations < 1:
        raise InputError(f"expected at least 1 permutation, got {permutations}")
    pooled = pd.concat([reference, current], ignore_index=True)
    said = np.concatenate([said_before, said_now])
    rang = np.zeros((permutations, len(KINDS)), dtype="int64")
    for number in range(permutations):
        order = rng.permutation(len(pooled))
        first, second = order[: len(reference)], order[len(reference) :]
        found = watch(
            pooled.iloc[first],
            pooled.iloc[second],
            said[first],
            said[second],
            names,
            rng=rng,
            false_discovery_rate=false_discovery_rate,
        )
        rang[number] = [found[kind]["alarm"] for kind in KINDS]
    rows = []
    for times in rang.sum(axis=0):
        tested = stats.binomtest(int(times), permutations)
        rows.append((tested.statistic, *tested.proportion_ci(method="wilson"), permutations))
    columns = ["rate", "rate_low", "rate_high", "permutations"]
    return pd.DataFrame(rows, index=pd.Index(KINDS, name="alarm"), columns=columns)


def _require_rows(reference: pd.DataFrame, current: pd.DataFrame, least: int = 2) -> None:
    if min(len(reference), len(current)) < least:
        raise InputError(
            f"expected at least {least} visits of before and of now, "
            f"got {len(reference)} and {len(current)}"
        )
