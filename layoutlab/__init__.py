"""LayoutLab: an open research workbench that asks, with evidence, where things should stand."""
