"""Share ISOs with other people: `voidgen verify` and its rebuild, and `voidgen push`.

`run` is the whole of `voidgen verify`: `verify` compares an ISO with the files beside it, and
`rebuild` builds it again. `push` copies all that an image is made of to another Nix store.
"""
