"""The ISO: `voidgen iso` runs mklive on locked inputs in a container, and checks the result.

`build` has the steps. `inputs` and `earlier` find out whether there is anything to do, and
`preflight` whether the run can succeed. `job` writes what the scripts in ``scripts/`` read in the
container. `judge` compares the result with the plan, by `verify`, `initramfs`, `loader` and `log`.
`outputs` writes what lies beside the ISO.
"""
