"""Examples of each command, shown below its help; the tests run them."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": (
        "voidgen init my-image",
        "voidgen init --preset console rescue",
        "voidgen init --from config/install.conf taken-over",
        "voidgen init --title 'Rescue disk' --keymap de --locale de_CH.UTF-8 disk",
        "voidgen init --offline try-it",
        "voidgen init --ci github --voidgen github:OWNER/voidgen/COMMIT checked",
    ),
    "search": ("voidgen search dice", "voidgen search --only xbps image viewer"),
    "add": (
        "voidgen add nix firefox openssl^dev",
        "voidgen add xbps htop --dry-run",
        "voidgen add module gpu-detect",
    ),
    "remove": ("voidgen remove nix firefox", "voidgen remove module gpu-detect --dry-run"),
    "lock": ("voidgen lock", "voidgen lock --check"),
    "update": ("voidgen update", "voidgen update nixpkgs"),
    "generate": ("voidgen generate", "voidgen generate --check"),
    "build": ("voidgen build", "voidgen build --offline", "voidgen build --check"),
    "show": ("voidgen show", "voidgen show --built", "voidgen show --sizes --json"),
    "graph": (
        "voidgen graph -o modules.svg",
        "voidgen graph closure --min-size '1 MiB' --format mermaid",
    ),
    "why": ("voidgen why nix-daemon", "voidgen why /etc/nix/nix.conf"),
    "diff": (
        "voidgen diff",
        "voidgen diff result",
        "voidgen diff HEAD~1..HEAD",
        "voidgen diff HEAD -o changes.html",
    ),
    "iso": ("voidgen iso", "voidgen iso --sign ~/.ssh/id_ed25519", "voidgen iso --netboot"),
    "boot": (
        "voidgen boot",
        "voidgen boot --test --junit boot.xml",
        "voidgen boot --bios --headless --timeout 60 --screenshot screen.png",
    ),
    "write": (
        "voidgen write",
        "voidgen write out/my-image.iso /dev/sdb",
        "voidgen write --persistence rest out/my-image.iso /dev/sdb",
    ),
    "check": ("voidgen check", "voidgen check --closure all --junit check.xml"),
    "verify": (
        "voidgen verify out/my-image.iso",
        "voidgen verify my.iso --signer maker.pub",
        "voidgen verify --rebuild my.iso",
    ),
    "push": (
        "voidgen push s3://bucket --key ~/.config/nix/cache.key",
        "voidgen push ssh-ng://builder --key ~/.config/nix/cache.key",
    ),
    "fetch": ("voidgen fetch",),
    "prefetch": ("voidgen prefetch github:void-linux/void-mklive",),
    "doctor": ("voidgen doctor", "voidgen doctor --fix", "voidgen doctor --json"),
    "completion": (
        "voidgen completion bash > ~/.local/share/bash-completion/completions/voidgen",
        "voidgen completion zsh > ~/.zfunc/_voidgen",
        "voidgen completion fish > ~/.config/fish/completions/voidgen.fish",
    ),
}


def epilog(name: str) -> str | None:
    r"""Return the end of a command's help; ``\b`` keeps click from joining lines."""
    lines = EXAMPLES.get(name, ())
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines))) if lines else None
