"""A folder for PYTHONPATH: programs in other environments start with this JIT.

Environments do not share packages, so a tool that makes one of its own for what it starts
(pyperformance, tox) leaves an installed cinderjit behind. sitecustomize.py in this folder
is run by every Python that finds it; `python -m cinderjit.startup` prints the folder.
"""
