# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# Whether an entry of the overlay is executable. Its mode in the manifest decides: not every
# checkout keeps the run bit.
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
