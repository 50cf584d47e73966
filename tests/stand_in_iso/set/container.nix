# Stand-ins for what the container is made of: packages whose programs are links to Debian's, and
# nixpkgs' functions that make an image of them. What the container does not name is not on its
# PATH.
system: self: super:
let
  build =
    name: script: attrs:
    derivation (
      {
        inherit name system;
        builder = "${self.busybox}/bin/sh";
        args = [
          "-euc"
          script
        ];
        PATH = "${self.busybox}/bin";
      }
      // attrs
    );

  # Debian's programs in /debian/bin, and what they need; the tests add it to the store.
  debian = derivation {
    name = "debian.tar";
    builder = "none";
    system = "none";
    outputHash = builtins.readFile ./debian.sha256;
    outputHashAlgo = "sha256";
    outputHashMode = "flat";
  };

  package =
    name: programs:
    build name ''
      mkdir -p "$out/bin"
      for word in $programs; do ln -s "/debian/bin/''${word#*=}" "$out/bin/''${word%%=*}"; done
    '' { inherit programs; };

  # This machine's tcc and kernel headers, with Debian's libraries.
  compiler = build "compiler" ''
    tar -x -f "$debian"
    mkdir -p "$out/bin" "$out/lib"
    mv usr/lib/linux-headers/include "$out"
    for name in ld-linux libc. libdl. libm. libpthread.; do
      mv usr/lib/*-linux-gnu/$name*so* "$out/lib"
    done
    mv debian/bin/tcc "$out"
    {
      echo "#!$PATH/sh"
      echo "exec $(echo "$out"/lib/ld-linux*) --library-path $out/lib $out/tcc \"\$@\""
    } > "$out/bin/tcc"
    chmod 0755 "$out/bin/tcc"
  '' { inherit debian; };

  architectures = {
    aarch64-linux = "arm64";
    i686-linux = "386";
    x86_64-linux = "amd64";
  };
in
builtins.mapAttrs package (import ./programs.nix)
// {
  # Two packages with one program are an error, as with nixpkgs'.
  buildEnv =
    {
      name,
      paths,
      pathsToLink,
    }:
    build name ''
      mkdir -p "$out/bin"
      for path in $paths; do [ ! -d "$path/bin" ] || ln -s "$path"/bin/* "$out/bin/"; done
      for path in $paths; do
        [ ! -d "$path/lib" ] || { mkdir -p "$out/lib" && ln -s "$path"/lib/* "$out/lib/"; }
      done
    '' { inherit paths; };

  # Both in one.
  tinycc = compiler;
  linuxHeaders = compiler;

  # This machine's, in the folder /host of the sandbox.
  python3 = build "python3" ''
    mkdir -p "$out/bin"
    cat > "$out/bin/python3" <<END
    #!$PATH/sh
    export PYTHONHOME=/host
    exec /host/lib/${system}-gnu/ld-linux*.so.* --library-path /host/lib/${system}-gnu /host/bin/python3 "\$@"
    END
    chmod 0755 "$out/bin/python3"
  '' { };

  # It takes what each release of nixpkgs takes.
  dockerTools.streamLayeredImage =
    {
      name,
      tag ? null,
      contents ? [ ],
      config ? { },
      created ? "1970-01-01T00:00:01Z",
      extraCommands ? "",
      maxLayers ? 100,
    }:
    let
      conf = build "${name}-conf" (builtins.readFile ./conf.sh) {
        inherit contents extraCommands;
        config = builtins.toJSON {
          inherit config created;
          architecture = architectures.${system};
          os = "linux";
        };
        exportReferencesGraph = builtins.concatLists (
          map (one: [
            "graph-${builtins.substring 0 32 (baseNameOf one)}"
            one
          ]) contents
        );
      };
      imageTag =
        if tag != null then tag else builtins.head (builtins.match "([^-]*)-.*" (baseNameOf conf));
    in
    build "stream-${name}"
      ''
        { printf '%s\n' "#!$PATH/sh" "PATH=$PATH conf=$conf debian=$debian named=$named"; cat "$script"; } > "$out"
        chmod 0755 "$out"
      ''
      {
        inherit conf debian;
        named = "${name}:${imageTag}";
        script = builtins.toFile "stream.sh" (builtins.readFile ./stream.sh);
      }
    // {
      imageName = name;
      inherit imageTag;
    };
}
