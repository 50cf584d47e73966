"""An ISO in QEMU: shown, or driven over its serial console and held against checks.

`image` is what the ISO tells of itself, `host` what this machine can give, `command` QEMU's
command line (pure), `qemu` the process and its monitor, `console` the serial console, `checks`
what has to hold (pure), `run` puts it together.
"""
