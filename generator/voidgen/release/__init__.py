"""ISOs between people: `voidgen verify` and its rebuild, and `voidgen push`."""
