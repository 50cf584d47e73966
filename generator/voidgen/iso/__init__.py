"""The ISO: `voidgen iso` runs mklive on locked inputs in a container, and checks the result.

`build` has the steps. `inputs` and `earlier` decide whether there is anything to do, and
`preflight` whether the run can succeed. `job` makes the files that the scripts in ``scripts/``
read in the container, and `log` keeps what they print. `judge` compares the ISO with the plan by
`result`. `outputs` writes the files beside the ISO. `run` builds, and signs these files.

`result` and what it imports (`differences`, `initramfs`, `listing`, `loader`, `mklive_log`,
`root_tree`, `verify` and `wanted`) also run without voidgen: they need Python 3.9 or later, and
nothing but its standard library.
"""
