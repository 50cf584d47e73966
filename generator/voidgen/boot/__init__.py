"""An ISO in QEMU: `voidgen boot` shows it, or logs in over its serial console and runs checks.

`image` reads what the ISO has, `host` and `firmware` what this machine has. `command` makes QEMU's
command line, `machine` chooses a machine, `qemu` starts QEMU, `console` reads and writes the serial
console, `checks` has the checks, `driver` runs them, and `run` uses all of these. `kvm` tries KVM.
`types` has the types of a virtual machine.
"""
