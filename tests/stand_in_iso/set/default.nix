# The tests' package set: that of the offline example, and what the container is made of.
args:
import ../2026.10 (
  args
  // {
    overlays = (args.overlays or [ ]) ++ [ (import ./container.nix args.system) ];
  }
)
