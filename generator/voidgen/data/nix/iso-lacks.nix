# Why the flake has no output `iso`, and what to do; null if it has one.
{
  # flake.lock, parsed; {} if the file is missing.
  flakeLock,
  # voidgen.lock, parsed; null if the file is missing.
  voidgenLock,
  # The void-mklive source, or null.
  mklive,
  pkgs,
  plan,
}:
let
  inherit (voidgenLock.xbps) request;
  names = map (one: one.name);
  node = flakeLock.nodes.${flakeLock.nodes.${flakeLock.root}.inputs.mklive};
  lacks = builtins.filter (name: !(pkgs ? ${name})) [
    "buildEnv"
    "python3"
    "xbps"
  ];
  # image/iso/voidgen needs it.
  oldest = "3.9";
  python = pkgs.python3.pythonVersion or oldest;
  lock = "Run `voidgen lock`, which writes it and tells git of it.";
in
if mklive == null then
  ''
    voidgen: this project builds no ISO, because voidgen.toml has no [mklive].
    Add it, then run `voidgen generate` and `voidgen lock`.''
else if voidgenLock == null then
  ''
    voidgen: there is no ISO yet, because the project has no voidgen.lock, or git does not track it.
    ${lock}''
else if (voidgenLock.xbps or null) == null then
  ''
    voidgen: there is no ISO yet, because voidgen.lock does not have Void's packages.
    Run `voidgen lock`.''
else if
  request.arch != plan.image.arch
  || request.packages != names plan.xbps.packages
  || request.repositories != names plan.xbps.repositories
  || request.mklive != node.locked.narHash or null
then
  ''
    voidgen: voidgen.lock has the packages of another image, so there is no ISO.
    Run `voidgen lock`, or restore voidgen.lock and flake.lock with git.''
else if lacks != [ ] then
  ''
    voidgen: the package set has no ${builtins.concatStringsSep ", " lacks}, so Nix cannot make the ISO.
    Name another one in [nix] nixpkgs, or run `voidgen iso` with podman or docker.''
else if builtins.compareVersions python oldest < 0 then
  ''
    voidgen: the package set has Python ${python}, but Nix needs Python ${oldest} to make the ISO.
    Name a newer one in [nix] nixpkgs, or run `voidgen iso` with podman or docker.''
else
  null
