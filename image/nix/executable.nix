# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Is an entry of the overlay executable? Its mode in the manifest says so: not every checkout
# keeps the executable bit.
entry:
let
  owner = builtins.substring (builtins.stringLength entry.mode - 3) 1 entry.mode;
in
builtins.elem owner [
  "1"
  "3"
  "5"
  "7"
]
