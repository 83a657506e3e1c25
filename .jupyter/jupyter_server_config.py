"""JupyterLab as this project wants it: on loopback, notebooks saved without outputs."""

from layoutlab.lab import clean_on_save

c.FileContentsManager.pre_save_hook = clean_on_save  # noqa: F821 - given by Jupyter
