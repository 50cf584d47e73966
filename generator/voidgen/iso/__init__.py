"""The ISO: `voidgen iso` runs mklive on locked inputs in a container, and checks the result.

`build` has the steps. `inputs` and `earlier` decide whether there is anything to do, and
`preflight` whether the run can succeed. `job` makes the files that the scripts in ``scripts/``
read in the container. `judge` compares the result with the plan, with `verify`, `initramfs`,
`loader` and `log`. `outputs` writes the files beside the ISO. `run` builds, and signs these files.
"""
