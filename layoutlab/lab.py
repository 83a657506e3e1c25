"""How does JupyterLab save our notebooks? Clean: without outputs, counts and editor's traces."""

from typing import Any

KEPT = {"tags"}


def clean_on_save(model: dict[str, Any], path: str = "", **_: Any) -> None:
    """Clean a notebook on its way to disk (Jupyter's ``pre_save_hook``).

    Executed notebooks under ``reports/`` are pipeline outputs and pass unchanged, as do files that
    are not notebooks.

    Parameters
    ----------
    model : dict
        Jupyter's contents model, changed in place.
    path : str
        Where it is saved, from the server's root.
    """
    if model["type"] != "notebook" or model["content"]["nbformat"] != 4 or "reports/" in path:
        return
    metadata = model["content"]["metadata"]
    model["content"]["metadata"] = {k: v for k, v in metadata.items() if k == "kernelspec"}
    for cell in model["content"]["cells"]:
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k in KEPT}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
