# All targets work on a fresh Debian 12 with python3. If a program is missing, they need root or
# sudo to install it.

PYTHON := .venv/bin/python
# Tests start Python hundreds of times: compiled modules are kept, whatever the machine's settings.
export PYTHONDONTWRITEBYTECODE :=
# Some tests wait for a program or a disk: one worker more than there are cores. A file's tests stay
# together, since they share what is built for them, and files that take longest come first.
PYTEST := $(PYTHON) -m pytest -n $(shell expr $$(nproc) + 1) --dist loadfile --no-loadscope-reorder
PROGRAMS := git=git nix=nix-bin ensurepip=python3-venv
TESTED_WITH := bash=bash bwrap=bubblewrap curl=curl dash=dash dbus-run-session=dbus-daemon \
	dbus-send=dbus-bin dconf=dconf-cli desktop-file-validate=desktop-file-utils dot=graphviz \
	fc-match=fontconfig gdk-pixbuf-thumbnailer=libgdk-pixbuf2.0-bin gio=libglib2.0-bin jq=jq \
	locale-gen=locales lspci=pciutils lz4=lz4 man=man-db patchelf=patchelf runsvdir=runit \
	shellcheck=shellcheck visudo=sudo update-mime-database=shared-mime-info \
	xkbcli=libxkbcommon-tools Xorg=xserver-xorg-core zstd=zstd
# Packages without a program: a file of each shows that it is installed.
TESTED_WITH += /usr/share/doc/dconf-gsettings-backend/copyright=dconf-gsettings-backend \
	/usr/share/keyrings/debian-archive-keyring.gpg=debian-archive-keyring \
	/usr/share/doc/fonts-dejavu-core/copyright=fonts-dejavu-core \
	/usr/share/doc/libegl-mesa0/copyright=libegl-mesa0 \
	/usr/share/doc/libegl1/copyright=libegl1 \
	/usr/share/doc/librsvg2-common/copyright=librsvg2-common
# Run containers and read ISOs. On some machines, runc runs containers and crun does not.
TESTED_WITH += mdir=mtools podman=podman runc=runc unsquashfs=squashfs-tools xorriso=xorriso \
	fuse-overlayfs=fuse-overlayfs newuidmap=uidmap slirp4netns=slirp4netns
# The container of the tests: what mklive and voidgen's scripts run, and what the stand-ins use for
# void-host and void-target. The suite is as recent as Void, so that GRUB and squashfs-tools are,
# too.
CONTAINER_SUITE := trixie
IN_CONTAINER := bash coreutils cpio dash dosfstools findutils gawk grep grub-common \
	grub-efi-amd64-bin grub-efi-ia32-bin gzip kmod mount mtools sed squashfs-tools tar \
	util-linux xorriso zstd
# Tests make ISOs at another date.
TESTED_WITH += /usr/share/doc/libfaketime/copyright=libfaketime
# Tests open the page of a diff in a browser.
TESTED_WITH += chromedriver=chromium-driver chromium=chromium
# Boot images.
TESTED_WITH += qemu-system-x86_64=qemu-system-x86 /usr/share/OVMF/OVMF_CODE_4M.fd=ovmf \
	setpriv=util-linux
# Disks, their partitions and file systems.
TESTED_WITH += sfdisk=fdisk mkfs.ext4=e2fsprogs mkfs.vfat=dosfstools losetup=mount mkswap=util-linux
# The images of the tests are made of these.
GUEST_SUITE := bookworm
IN_GUEST := bash base-passwd busybox-static coreutils dash dbus dconf-cli findutils grep hostname \
	isolinux libc-bin libpam-modules linux-image-amd64 login mawk mount nix-bin passwd patchelf \
	pciutils procps runit sed sudo syslinux-common util-linux
# dracut makes an initramfs of these.
WITH_DRACUT := bash coreutils cpio dash dracut-core dracut-live e2fsprogs findutils gawk grep gzip kmod \
	libc-bin libpam-modules linux-image-amd64 login mount passwd procps sed udev util-linux
# Tests reach a machine over ssh.
OVER_SSH := dropbear=dropbear-bin ssh=openssh-client setpriv=util-linux
TESTED_WITH += $(OVER_SSH)
# Compile the library for Nix's sandbox, and programs that use it.
COMPILING := tcc=tcc gcc=gcc musl-gcc=musl-tools nm=binutils /usr/include/linux/stat.h=linux-libc-dev
TESTED_WITH += $(COMPILING) cpio=cpio setcap=libcap2-bin
# Find images in a registry, and make keys and certificates.
TESTED_WITH += openssl=openssl skopeo=skopeo
# These are only unpacked: installed, they would change the machine's desktop or start a service.
UNPACKED := adwaita-icon-theme bash-completion cinnamon-common cinnamon-desktop-data \
	console-setup docker-registry fish fish-common gnome-themes-extra-data \
	gsettings-desktop-schemas kbd libgnomekbd-common libpcre2-32-0 libwrap0 lightdm mandoc \
	openssh-server python3-xdg xdg-utils zsh zsh-common

# Debian suites with other releases of Nix.
NIX_SUITES := trixie sid
# What depends on the release: the code that Nix reads, what its commands print, and its store's
# formats. Other tests that use Nix ask the same of it, and `make nightly` runs them by each, too.
USING_NIX := $(addprefix tests/integration/test_,flake_is_clean.py nix_build.py nix_check_command.py \
	nix_closure.py nix_collisions.py nix_collisions_shapes.py nix_diff.py nix_faults.py \
	nix_fetch_files.py nix_fetch_trees.py nix_flakes.py nix_needs.py nix_nixpkgs.py \
	nix_outputs.py nix_packages_flake.py nix_push.py nix_refused.py nix_search.py \
	nix_sizes.py nix_source.py nix_versions_rules.py) \
	tests/overlay/test_live_store.py
ALL_USING_NIX := tests/integration tests/overlay/test_live_store.py

# Tests that import everything that voidgen imports. The ignored ones wait for programs.
WITH_LOWEST := tests/unit tests/golden tests/messages --ignore tests/unit/system/test_programs.py \
	--ignore tests/unit/check/test_sources.py --ignore tests/unit/container/test_reference.py

# shellcheck also checks these, besides scripts/.
SHELL_SCRIPTS := generator/voidgen/iso/scripts/* generator/voidgen/xbps/record.sh \
	tests/stand_in/mklive/mklive.sh tests/stand_in_iso/xbps.sh \
	tests/void_facts/recipe.sh \
	tests/stand_in_iso/dracut.sh tests/stand_in_iso/mklive/mklive.sh tests/stand_in_iso/set/*.sh \
	tests/nix_versions/bits.sh generator/voidgen/data/nix/setid.sh \
	tests/boot/guest/init \
	tests/boot/guest/dracut/adduser.sh tests/boot/guest/dracut/module-setup.sh \
	$(addprefix tests/boot/guest/root/,etc/runit/1 etc/runit/3 etc/sv/*/run usr/bin/* usr/local/libexec/*)

.PHONY: help demo reproduce docs release-note fuzz fuzz-guided test tested-with test-nix-versions test-slow nightly \
	lint typecheck unit lowest format golden \
	bench bench-scale bench-iso bench-iso-check bench-iso-engines live-qemu venv clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## build the offline example and print what is in it
	@scripts/need $(PROGRAMS) busybox=busybox-static
	@scripts/nix-ready
	@$(MAKE) --no-print-directory --silent .venv/voidgen
	@scripts/demo .demo

reproduce: ## build the offline example twice, under different conditions, and compare
	@scripts/need $(PROGRAMS) busybox=busybox-static
	@scripts/nix-ready
	@$(MAKE) --no-print-directory --silent .venv/voidgen
	@scripts/reproduce .reproduce

test: ## install what the tests need, and run them, without those that take minutes
	@$(MAKE) --no-print-directory tested-with
	@$(MAKE) --no-print-directory lint typecheck unit

nightly: ## run every test: the slow ones too, more random cases, the lowest versions and each Nix
	@$(MAKE) --no-print-directory tested-with .venv/boot/dracut.tar
	@$(MAKE) --no-print-directory lint typecheck docs lowest
	VOIDGEN_FUZZ=$${CASES:-200} $(PYTEST)
	@$(MAKE) --no-print-directory test-nix-versions USING_NIX="$(ALL_USING_NIX)"

tested-with:
	@scripts/need $(PROGRAMS) busybox=busybox-static $(TESTED_WITH)
	@scripts/unpack .venv/debian $(UNPACKED)
	@$(MAKE) --no-print-directory .venv/ready .venv/container/base.tar .venv/boot/base.tar

test-nix-versions: ## run the tests that use Nix with the Nix of Debian 12, 13 and sid
	@scripts/need $(PROGRAMS) busybox=busybox-static bwrap=bubblewrap \
		/usr/share/keyrings/debian-archive-keyring.gpg=debian-archive-keyring \
		$(COMPILING) $(OVER_SSH) cpio=cpio setcap=libcap2-bin
	@$(MAKE) --no-print-directory .venv/ready .venv/container/base.tar
	@for suite in $(NIX_SUITES); do scripts/nix-root $$suite .venv/nix/$$suite || exit; done
	VOIDGEN_NIX_VERSIONS=.venv/nix $(PYTEST) -m nix_versions tests/nix_versions
	@for suite in $(NIX_SUITES); do \
		echo "$(USING_NIX) with the Nix of Debian $$suite"; \
		PATH="$(CURDIR)/.venv/nix/$$suite/bin:$$PATH" \
			$(PYTEST) -m "not slow" $(USING_NIX) || exit; \
	done

lint: .venv/ready ## check style, licences and shell scripts
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m reuse lint --lines
	shellcheck scripts/* .ci/run $(SHELL_SCRIPTS)

typecheck: .venv/ready ## check types with mypy
	$(PYTHON) -m mypy

docs: .venv/ready ## build the documentation as a site in build/site
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict

release-note: .venv/ready ## join changelog.d into CHANGELOG.md: VERSION=1.2.3
	$(PYTHON) -m towncrier build --yes --version "$${VERSION:?set VERSION=1.2.3}"

# Two tests expect texts of the newest click: its message about a mistyped option, and its choices.
lowest: .venv/lowest/ready ## test voidgen with the lowest versions of what it needs
	PATH="$(CURDIR)/.venv/lowest/bin:$$PATH" \
		$(PYTEST:$(PYTHON)=.venv/lowest/bin/python) -q -m "not slow" $(WITH_LOWEST) \
		--deselect tests/unit/tools/test_manual.py::test_they_are_current \
		--deselect "tests/messages/test_messages.py::test_message[usage-option]"

fuzz: .venv/ready ## run the tests with hostile data, about five hours of one core: CASES=100000 for each test
	VOIDGEN_FUZZ=$${CASES:-100000} $(PYTHON) -m pytest -n auto --dist worksteal \
		tests/fuzz tests/property/test_hostile.py

fuzz-guided: .venv/ready ## fuzz, guided by coverage: SECONDS=60 for each test, or only for TEST=test_iso
	.venv/bin/pip install --quiet --disable-pip-version-check atheris
	mkdir -p build
	set -e; for test in $${TEST:-$$($(PYTHON) -m tests.fuzz.guided)}; do \
		echo "$$test"; \
		$(PYTHON) -m tests.fuzz.guided "$$test" -max_total_time=$${SECONDS:-60} \
			-artifact_prefix=build/ -print_final_stats=1; \
	done

unit: .venv/ready ## run all tests but the slow ones
	$(PYTEST) -m "not slow"

# tests/SLOW.md lists them.
test-slow: ## run the tests that `make test` leaves out: VOIDGEN_TOUCHES=1000 interrupts iso everywhere
	@$(MAKE) --no-print-directory tested-with .venv/boot/dracut.tar
	$(PYTEST) -m slow

live-qemu: .venv/ready ## boot the newest ISO in out/ in QEMU: ISO=FILE for another one
	$(PYTHON) -m voidgen boot $(ISO)

bench-iso: .venv/ready ## measure how a closure gets into the ISO, compared with rsync, ext3 and xz (root)
	@scripts/need bwrap=bubblewrap mkfs.ext3=e2fsprogs mksquashfs=squashfs-tools rsync=rsync xorriso=xorriso
	$(PYTHON) -m bench.iso

bench-iso-check: .venv/ready .venv/container/base.tar ## measure `voidgen check --iso`, compared with two runs of `iso`
	$(PYTHON) -m bench.iso_check

bench-iso-engines: .venv/ready .venv/container/base.tar ## measure `voidgen iso` by Nix, compared with podman (root)
	@scripts/nix-root sid .venv/nix/sid
	$(PYTHON) -m bench.iso_engines

format: .venv/ready ## format the Python code
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

golden: .venv/ready ## write what is made from the sources: schema, golden files, pages, pictures, root image
	$(PYTHON) -m tools.json_schema
	$(PYTHON) -m tools.modules_page
	$(PYTHON) -m tools.config_page
	$(PYTHON) -m tools.module_keys_page
	$(PYTHON) -m tools.commands_page
	$(PYTHON) -m tools.manual
	$(PYTHON) -m voidgen -C examples/offline graph -o docs/explanation/modules.dot
	dot -Tsvg -o docs/explanation/modules.svg docs/explanation/modules.dot
	dot -Tsvg -o docs/explanation/pipeline.svg docs/explanation/pipeline.dot
	$(PYTHON) -m voidgen generate
	$(PYTHON) -m pytest -q tests/golden tests/messages --update-golden

bench: .venv/ready ## measure speed and memory
	$(PYTHON) -m bench.run

bench-scale: .venv/ready ## measure how time and memory grow with the project's size
	$(PYTHON) -m bench.scale

venv: .venv/ready ## make the virtual environment in .venv

.venv/container/base.tar:
	scripts/container-image $@ $(CONTAINER_SUITE) $(IN_CONTAINER)

.venv/boot/base.tar:
	scripts/container-image $@ $(GUEST_SUITE) $(IN_GUEST)

.venv/boot/dracut.tar:
	scripts/container-image $@ $(GUEST_SUITE) $(WITH_DRACUT)

# voidgen and what it imports. Python compiles what is used of it at the first start.
.venv/voidgen: pyproject.toml
	@scripts/need ensurepip=python3-venv
	@echo "installing voidgen and the Python packages that it needs into .venv"
	@python3 -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-compile --editable .
	@touch $@

# The same, and the tools that check and test it.
.venv/ready: pyproject.toml
	@scripts/need ensurepip=python3-venv
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv/voidgen $@

# Some of the lowest versions have wheels only for Python 3.11, the lowest that voidgen supports.
.venv/lowest/ready: .venv/ready
	python3 -m venv --clear .venv/lowest
	$(PYTHON) -m uv pip install --quiet --python .venv/lowest/bin/python \
		--resolution lowest-direct --editable '.[dev]'
	@touch $@

clean: ## remove what these targets made
	rm -rf .venv .demo .reproduce build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
