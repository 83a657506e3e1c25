"""The likelihood at points worked by hand, a published forecast, and parameters found again."""

import numpy as np
import pytest
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.clientele import bg_nbd
from layoutlab.retail.clientele.bg_nbd import BgNbd, Histories

CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)
"""Table 2 of the paper: the parameters of its 2,357 CDNOW customers."""


def histories(*rows):
    repeats, last, age = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Histories(repeats.astype(int), last, age)


def simulated(model, n, age, rng):
    """Return histories of customers who do what the model says."""
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    leave = rng.beta(model.a, model.b, n)
    rows = []
    for each in range(n):
        time, repeats, last = 0.0, 0, 0.0
        while True:
            time += rng.exponential(1 / rate[each])
            if time > age[each]:
                break
            repeats, last = repeats + 1, time
            if rng.random() < leave[each]:
                break
        rows.append((repeats, last, age[each]))
    return histories(*rows)


def test_likelihood_by_hand():
    model = BgNbd(1.0, 1.0, 1.0, 1.0)
    found = np.exp(bg_nbd.log_likelihood(model, histories((0, 0, 1), (1, 1, 3))))
    # x = 0: alpha / (alpha + T); x = 1: B(1, 2) / B(1, 1) * (1 / 4^2 + 1 / 1 * 1 / 2^2)
    assert found.tolist() == pytest.approx([1 / 2, (1 / 16 + 1 / 4) / 2])
    np.testing.assert_allclose(
        bg_nbd.active(model, histories((0, 0, 1), (1, 1, 3))), [1, (1 / 16) / (1 / 16 + 1 / 4)]
    )


def test_likelihood_is_the_mean_over_customers_of_the_plain_model():
    given = histories((3, 5.0, 8.0))
    leave, rate = stats.beta(CDNOW.a, CDNOW.b), stats.gamma(CDNOW.r, scale=1 / CDNOW.alpha)

    # equation 3, the customer's own rate and probability known, over a fine grid of quantiles
    p = leave.ppf((np.arange(800) + 0.5) / 800)[:, None]
    pace = rate.ppf((np.arange(4000) + 0.5) / 4000)
    present = (1 - p) ** 3 * pace**3 * np.exp(-pace * 8)
    left = p * (1 - p) ** 2 * pace**3 * np.exp(-pace * 5)
    expected = (present + left).mean()
    assert np.exp(bg_nbd.log_likelihood(CDNOW, given))[0] == pytest.approx(expected, rel=2e-3)


def test_a_published_forecast():
    # Fader, Hardie and Lee's own example: 1.226 visits in 39 weeks
    given = histories((2, 30.43, 38.86))
    assert bg_nbd.expected_visits(CDNOW, given, 39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_staying_away_by_hand_and_in_the_limits():
    model = BgNbd(1.0, 1.0, 1.0, 1.0)
    given = histories((0, 0, 1), (1, 1, 3))
    away = bg_nbd.staying_away(model, given, np.array([0.0, 2.0, 1e12]))
    np.testing.assert_allclose(away[0], [1, 2 / 4, 0], atol=1e-9)
    np.testing.assert_allclose(away[1], [1, 0.8 + 0.2 * (4 / 6) ** 2, 0.8], atol=1e-9)


def test_forecasts_agree_with_simulated_futures():
    rng = np.random.default_rng(4)
    truth = BgNbd(1.2, 3.0, 0.8, 2.5)
    n, now, later = 6000, 15.0, 6.0
    long = simulated_times(truth, n, now + later, rng)
    past = [times[times <= now] for times in long]
    given = histories(*((len(t), t[-1] if len(t) else 0.0, now) for t in past))
    more = np.array([len(times) for times in long]) - given.repeats
    assert bg_nbd.expected_visits(truth, given, later).mean() == pytest.approx(
        more.mean(), abs=4 * more.std() / n**0.5
    )
    away = bg_nbd.staying_away(truth, given, np.array([later]))[:, 0]
    assert away.mean() == pytest.approx((more == 0).mean(), abs=0.02)
    likely = away < np.median(away)
    assert away[likely].mean() == pytest.approx((more == 0)[likely].mean(), abs=0.03)


def simulated_times(model, n, age, rng):
    rate, leave = rng.gamma(model.r, 1 / model.alpha, n), rng.beta(model.a, model.b, n)
    found = []
    for pace, p in zip(rate, leave, strict=True):
        visits = rng.geometric(p)
        times = np.cumsum(rng.exponential(1 / pace, min(visits, 500)))
        found.append(times[times <= age])
    return found


@pytest.mark.parametrize(
    "truth", [BgNbd(0.8, 3.0, 0.9, 2.5), BgNbd(2.0, 5.0, 0.5, 4.0)], ids=["many leave", "few leave"]
)
def test_known_parameters_are_found_again(truth):
    rng = np.random.default_rng(7)
    given = simulated(truth, 5000, rng.uniform(20, 40, 5000), rng)
    found = bg_nbd.fit(given)
    gain = bg_nbd.log_likelihood(found, given).sum() - bg_nbd.log_likelihood(truth, given).sum()
    # twice the gain is chi-squared with four degrees of freedom: 18.5 once in a thousand
    assert 0 <= 2 * gain < 18.5
    assert found.r / found.alpha == pytest.approx(truth.r / truth.alpha, rel=0.08)
    assert found.a / (found.a + found.b) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.12)
    assert found.r == pytest.approx(truth.r, rel=0.15)


def test_without_anybody_leaving_nobody_is_thought_gone():
    rng = np.random.default_rng(3)
    rate = rng.gamma(2.0, 0.5, 800)
    repeats = rng.poisson(rate * 20)
    last = np.where(repeats > 0, 20 * rng.beta(np.maximum(repeats, 1), 1), 0)
    given = Histories(repeats, last, np.full(800, 20.0))
    assert bg_nbd.active(bg_nbd.fit(given), given).mean() > 0.97


def test_one_customer_and_customers_of_one_visit_can_be_fitted():
    for given in (histories((0, 0, 5)), histories((0, 0, 5), (0, 0, 1)), histories((4, 5, 5))):
        found = bg_nbd.fit(given)
        away = bg_nbd.staying_away(found, given, np.array([1.0, 2.0]))
        assert np.isfinite(away).all()
        assert ((away >= 0) & (away <= 1)).all()


@pytest.mark.parametrize(
    "row", [(-1, 0, 3), (1, 4, 3), (1, 0, 3), (0, 2, 3), (0, 0, np.nan), (0, 0, np.inf)]
)
def test_histories_that_contradict_themselves_are_refused(row):
    with pytest.raises(InputError, match=r"got repeats .* in row 1 \(1 such row"):
        histories((0, 0, 1), row)


def test_nobody_is_refused():
    with pytest.raises(InputError, match="expected at least one customer, got none"):
        Histories(np.array([], int), np.array([]), np.array([]))
