"""What do all our figures share? Colours, and a caption beneath.

The colours are those of Okabe and Ito (2008), which people with colour-deficient sight tell apart.
"""

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#767676"


def write_caption(ax: "Axes", text: str) -> None:
    """Write a caption beneath the figure of `ax`, wrapped to its width."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    letters = int(figure.get_figwidth() * 15)
    figure.supxlabel(textwrap.fill(text, letters), fontsize=9, color="#333333")
