import pytest

from layoutlab.errors import InputError
from layoutlab.retail.promise import plausibility


@pytest.mark.parametrize(
    ("gain", "flagged", "said"),
    [
        (0.15, True, "+15.0% is implausible"),
        (0.1001, True, "implausible"),
        (0.10, False, "more than the field"),
        (0.07, False, "is what the field has seen"),
        (0.04, False, "is what the field has seen"),
        (0.01, False, "less than the field"),
        (0.0, False, "+0.0% is no gain"),
        (-0.02, False, "-2.0% is no gain"),
    ],
)
def test_gains_on_both_sides_of_each_bound(gain, flagged, said):
    found = plausibility.verdict(gain)
    assert found.flagged is flagged
    assert said in found.words


def test_what_is_no_number_is_refused():
    with pytest.raises(InputError, match="gain: expected a finite number, got nan"):
        plausibility.verdict(float("nan"))
