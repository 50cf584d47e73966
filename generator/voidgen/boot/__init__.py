"""An ISO in QEMU: `voidgen boot` shows it, or logs in over its serial console and runs checks.

`image` reads what the ISO has, `host` and `firmware` what this machine has. `command` makes QEMU's
command line, `qemu` starts QEMU, `console` drives the serial console, `checks` has the checks, and
`run` uses all of these. `types` has the types of a virtual machine.
"""
