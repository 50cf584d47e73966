{ outputs = _: { packages.x86_64-linux = import ./.; }; }
