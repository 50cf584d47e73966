"""Which host could not be reached, in what Nix 2.8, 2.26 and 2.34, git and others print."""

import pytest

from voidgen.system.network_faults import NetworkFault, fault_in

API = "https://api.github.com/repos/NixOS/nixpkgs/commits/nixos-unstable"
RETRIES = (
    f"warning: error: unable to download '{API}': Couldn't resolve host name (6); retrying in 2 ms",
    (
        f"warning: unable to download '{API}': Could not resolve hostname (6) Could not resolve "
        "host: api.github.com; retrying in 319 ms (attempt 1/2)"
    ),
)
GIT = "fatal: unable to access 'https://u:p@git.example/x.git/': "
UNREACHABLE = {
    # Nix 2.8, 2.26, 2.34.
    f"error: unable to download '{API}': Couldn't resolve host name (6)": ("api.github.com", ""),
    "error:\n       … while fetching the input 'github:NixOS/nixpkgs'\n\n"
    f"       error: unable to download '{API}': Could not resolve hostname (6) Could not resolve "
    "host: api.github.com": ("api.github.com", ""),
    "error: unable to download 'http://h:81/x': Could not connect to server (7) Failed to connect "
    "to h:81 after 0 ms: Could not connect to server": ("h:81", ""),
    "error: unable to download 'http://h/x': Could not connect to server (7) Failed to connect "
    "to 127.0.0.1 port 3128 after 0 ms: Could not connect to server": ("127.0.0.1:3128", ""),
    "error: unable to download 'https://h/x': Could not connect to server (7) Failed to connect "
    "to h:443 over proxy 10.0.0.1 after 0 ms: Could not connect to server": ("h", "10.0.0.1"),
    "error: unable to download 'http://h/x': Could not resolve proxy name (5) Could not resolve "
    "proxy: p.invalid": ("h", "p.invalid"),
    "error: unable to download 'http://h/x': Timeout was reached (28)": ("h", ""),
    "unpacking 'https://h/x.tar.gz' into the Git cache...\nerror:\n       … while fetching the "
    "input 'https://h/x.tar.gz'\n\n       error: Failed to open archive (Source threw exception: "
    "error: unable to download 'https://h/x.tar.gz': Could not resolve hostname (6) Could not "
    "resolve host: h)": ("h", ""),
    "error: unable to upload to 'http://h/nar/x': Couldn't connect to server (7)": ("h", ""),
    "error: builder for '/nix/store/x-a.drv' failed with exit code 1;\n       last 1 log lines:\n"
    "       > error: unable to download 'http://h/x': Couldn't resolve host name (6)\n"
    "error: 1 dependencies of derivation '/nix/store/x-b.drv' failed to build": ("h", ""),
    "error: builder for '/nix/store/x-a.drv' failed with exit code 1;\n"
    "       > trying https://h/a.tar.gz\n       > curl: (6) Could not resolve host: h\n"
    "       > error: cannot download a.tar.gz from any mirror": ("h", ""),
    # git and ssh, alone and started by Nix.
    f"{GIT}Could not resolve host: git.example": ("git.example", ""),
    f"{GIT}Failed to connect to 10.0.0.1 port 3128 after 0 ms: Couldn't connect to server\n"
    "error: program 'git' failed with exit code 128\n"
    "(use '--show-trace' to show detailed location information)": ("10.0.0.1:3128", ""),
    f"{GIT}Could not resolve host: git.example\nfatal: Refusing to point HEAD outside of refs/\n"
    "warning: could not update cached head 'master' for 'https://git.example/x'\nerror:\n"
    "       … while fetching the input 'git+https://git.example/x'\n\n"
    "       error: resolving Git reference 'master': revspec 'master' not found": (
        "git.example",
        "",
    ),
    f"{GIT}Operation timed out after 300 ms\nerror:\n       … while fetching the input 'x'\n\n"
    "       error: Failed to fetch git repository 'https://git.example/x'": ("git.example", ""),
    "ssh: Could not resolve hostname h: Name or service not known\n"
    "error: failed to start SSH connection to 'h'": ("h", ""),
    "ssh: connect to host h port 22: Connection refused\nerror: cannot connect to 'h'": ("h", ""),
    "fatal: unable to look up h (port 9418) (Name or service not known)": ("h", ""),
    # skopeo and podman.
    "Error: initializing source docker://r.example/x: pinging container registry r.example: Get "
    '"https://r.example/v2/": dial tcp: lookup r.example: no such host': ("r.example", ""),
}
OTHER = [
    "",
    *RETRIES,
    f"{RETRIES[0]}\nerror: unable to download '{API}': HTTP error 404 ('Not Found')",
    "error: unable to download 'http://h/x': HTTP error 503 (curl error: Unknown)",
    f"{GIT}The requested URL returned error: 404",
    # The substituter is away, but the build fails for another reason.
    (
        "error: unable to download 'https://cache/nix-cache-info': Couldn't resolve host name (6)\n"
        "error: attribute 'x' missing"
    ),
    # A build that may not use the network, and tries.
    (
        "error: builder for '/nix/store/x-a.drv' failed with exit code 6;\n"
        "       > curl: (6) Could not resolve host: h"
    ),
    "error: unable to download 'file:///x': Couldn't read a file:// file (37)",
]


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)


@pytest.mark.parametrize("said", UNREACHABLE)
@pytest.mark.parametrize("before", ["", "\n".join(RETRIES) + "\n"])
def test_the_host_is_found(said: str, before: str) -> None:
    found = fault_in(before + said)
    assert found is not None
    assert (found.host, found.proxy) == UNREACHABLE[said]
    assert found.what.endswith(": is there a network?")


@pytest.mark.parametrize("said", OTHER)
def test_other_failures_have_no_host(said: str) -> None:
    assert fault_in(said) is None


KINDS = {
    "Peer certificate cannot be authenticated with given CA certificates (60)": "tls",
    "SSL peer certificate or SSH remote key was not OK (60) SSL certificate problem: x": "tls",
    "Problem with the SSL CA cert (path? access rights?) (77)": "tls",
    "SSL connect error (35)": "tls",
    "Failure when receiving data from the peer (56) CONNECT tunnel failed, response 407": "login",
    "HTTP error 407 ('Proxy Authentication Required')": "login",
    "Server returned nothing (no headers, no data) (52)": "broken",
    "Couldn't connect to server (7)": "away",
}


@pytest.mark.parametrize("text", KINDS)
def test_each_kind_of_fault_is_found(text: str) -> None:
    found = fault_in(f"error: unable to download 'https://h/x': {text}")
    assert found is not None
    assert found.kind == KINDS[text]


TLS_OF_GIT = (
    "SSL certificate problem: self-signed certificate",
    "server certificate verification failed. CAfile: none CRLfile: none",
    "gnutls_handshake() failed: Error in the pull function.",
)


@pytest.mark.parametrize("text", TLS_OF_GIT)
def test_git_finds_no_secure_connection(text: str) -> None:
    assert fault_in(f"{GIT}{text}") == NetworkFault("git.example", "tls")


def test_a_host_that_another_one_redirects_to_is_named() -> None:
    found = fault_in(
        "error: unable to download 'https://github.com/a/b/archive/c.tar.gz': Could not resolve "
        "hostname (6) Could not resolve host: codeload.github.com"
    )
    assert found == NetworkFault("codeload.github.com", "away")


def test_the_proxy_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.example:3128/")
    monkeypatch.setenv("no_proxy", "inner.example")
    said = "error: unable to download 'https://{}/x': Timeout was reached (28)"
    found = fault_in(said.format("h"))
    assert found == NetworkFault("h", "broken", "proxy.example:3128")
    assert fault_in(said.format("inner.example")) == NetworkFault("inner.example", "broken")
    said = "error: unable to download 'https://h/x': Could not connect to server (7) Failed to "
    found = fault_in(f"{said}connect to proxy.example port 3128 after 0 ms")
    assert found == NetworkFault("h", "away", "proxy.example:3128")
