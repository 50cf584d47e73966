# Emitted by voidgen, the same for every image: `voidgen generate` replaces changes.
# The ISO. mklive runs in Nix's sandbox as in a container: the builder needs the feature uid-range,
# which makes it root of its own user ids. voidgen's modules write the job before, and compare the
# results with the plan afterwards.
{
  build,
  # The output of the same name.
  default,
  # The emitted folder image/iso: scripts and modules.
  folder,
  # The emitted folder of what of the job the plan decides.
  job,
  # The text of flake.lock, or null; voidgen.lock, parsed.
  flakeLock,
  voidgenLock,
  image,
  # Outputs.
  mklive,
  repository,
  tools,
  pkgs,
  system,
}:
let
  # Each file has a fixed mode: modes differ between checkouts.
  found =
    place: below:
    let
      entries = builtins.readDir place;
    in
    builtins.concatLists (
      map (
        name:
        if entries.${name} == "directory" then
          found (place + "/${name}") "${below}/${name}"
        else
          [
            "${below}/${name}\n"
            "${builtins.toFile name (builtins.readFile (place + "/${name}"))}\n"
          ]
      ) (builtins.attrNames entries)
    );
  parts = {
    inherit job;
    scripts = folder + "/scripts";
    voidgen = folder + "/voidgen";
  };
  files = build "iso-files" ./listed.sh {
    source = "";
    files = builtins.concatStringsSep "" (
      builtins.concatMap (name: found parts.${name} "/${name}") (builtins.attrNames parts)
    );
    passAsFile = [ "files" ];
  };

  # A recorded hash of an ISO is no input of it.
  locked = builtins.toFile "voidgen.lock" (
    builtins.toJSON (
      removeAttrs voidgenLock [
        "closure"
        "iso"
      ]
    )
  );

  programs = package: "${package.bin or package.out or package}/bin";
  decompressors = map (name: pkgs.${name}) (
    builtins.filter (name: pkgs ? ${name}) [
      "lz4"
      "zstd"
    ]
  );

  # The same ISO, from another derivation if `salt` differs. `sourceDate` is SOURCE_DATE_EPOCH.
  made =
    {
      salt ? "",
      sourceDate ? "",
    }:
    derivation {
      name = "${image}-iso";
      inherit
        default
        files
        image
        mklive
        repository
        salt
        sourceDate
        system
        tools
        ;
      flakeLock = if flakeLock == null then null else builtins.toFile "flake.lock" flakeLock;
      job = "${files}/job";
      # The builder's root.
      owner = "0:0";
      path = map programs ([ pkgs.python3 ] ++ decompressors);
      voidgenLock = locked;

      outputs = [
        "out"
        # What was compared with the plan.
        "lists"
      ];
      __structuredAttrs = true;
      builder = "${tools}/bin/bash";
      args = [ "${files}/scripts/sandbox.sh" ];
      requiredSystemFeatures = [ "uid-range" ];
      # The ISO names store paths, and contains copies of them.
      unsafeDiscardReferences = {
        out = true;
        lists = true;
      };
    };
in
made { } // { again = made; }
