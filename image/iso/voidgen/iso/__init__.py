"""The ISO: `voidgen iso` runs mklive on locked inputs in a container, and checks the result.

`build` has the steps. `inputs` and `earlier` decide whether there is anything to do, and
`preflight` whether the run can succeed. `job` makes files that the scripts in ``scripts/`` read in
the container, and `log` keeps what they print. `judge` compares the ISO with the plan by `result`.
`outputs` writes the files beside the ISO. `run` builds, and signs these files.

`in_sandbox` is a program that does in Nix's sandbox what `job`, `judge` and `outputs` do here. It
runs without voidgen: it and what it imports need Python 3.9 or later, and nothing but its standard
library (``data/emitted_modules.py``).
"""
