"""Share ISOs with other people: `voidgen verify` and its rebuild, and `voidgen push`."""
