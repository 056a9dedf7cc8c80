"""Where Odoo comes from: Debian's package, or a checkout that ODOO_SRC names."""

import os
import runpy
import shutil
import subprocess
from pathlib import Path

from .machine import ENV, KEYRING, LOGS, EnvError, install_programs, run, say

# apt-get keeps to a folder of ours, and sets off nothing that the machine hooked to it.
APT_CONFIG = """
#clear APT::Update;
APT::Update::Error-Mode "any";
Acquire::Languages "none";
APT::Sandbox::User "";
Dir::Cache "{0}";
Dir::Etc::sourcelist "{0}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "{0}/lists";
"""


class Odoo:
    """One series of Odoo: where its Python package lies, and what version it is."""

    series = path = version = None

    def prepare(self):
        """Fetch what is missing."""

    @property
    def addons_path(self):
        """Give the folders of its addons, as the configuration wants them."""
        inner = self.path / "odoo" / "addons"
        # Where the inner one is whole, as in Debian's package, it is all there is.
        whole = (inner / "web").is_dir()
        return [inner] if whole else [inner, self.path / "addons"]


class Debian(Odoo):
    """Debian's package, unpacked below `.env` and never installed."""

    series = version = "19.0"
    package = "odoo-19"
    # Its links lead to fonts and scripts that Debian packs apart.
    packages = (
        package,
        "fonts-font-awesome/bookworm",  # the last release that has the icons' old font
        "fonts-inconsolata",
        "fonts-montserrat",
        "fonts-ocr-b",
        "fonts-roboto-unhinted",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
    )
    root = ENV / "debian"
    path = root / "usr" / "lib" / "python3" / "dist-packages"

    def prepare(self):
        if self.root.exists():
            return
        say(f"fetching Debian's {self.package}")
        if not shutil.which("apt-get"):
            raise EnvError("no apt-get here: give ODOO_SRC, or use `docker compose up`")
        install_programs("debian-archive-keyring")
        partial = self.root.with_name("debian.partial")
        shutil.rmtree(partial, ignore_errors=True)
        apt = partial / "apt"
        for folder in ("lists/partial", "archives/partial"):
            (apt / folder).mkdir(parents=True)
        mirror = os.environ.get("DEBIAN_MIRROR") or "http://deb.debian.org/debian"
        source = f"deb [signed-by={KEYRING}] {mirror}"
        sources = [f"{source} {release} main\n" for release in ("sid", "bookworm")]
        (apt / "sources.list").write_text("".join(sources))
        config = apt / "apt.conf"
        config.write_text(APT_CONFIG.format(apt))
        option = f"--config-file={config}"
        run(["apt-get", option, "update"], LOGS / "apt-update.log")
        show = ["apt-cache", option, "show", self.package]
        if subprocess.run(show, capture_output=True, check=False).returncode:
            raise EnvError(
                f"Debian's mirror has no {self.package}: "
                "give ODOO_SRC=/path/to/odoo, or use `docker compose up`"
            )
        download = ["apt-get", option, "download", *self.packages]
        run(download, LOGS / "apt-download.log", cwd=apt)
        for deb in apt.glob("*.deb"):
            run(["dpkg-deb", "--extract", deb, partial], LOGS / "dpkg-deb.log")
        shutil.rmtree(apt)
        self._mend(partial)
        partial.rename(self.root)

    def _mend(self, root):
        """Add what the package leaves out and each page of the web client asks for."""
        addons = root / self.path.relative_to(self.root) / "odoo" / "addons"
        fonts = addons / "web" / "static" / "src" / "libs" / "fontawesome" / "fonts"
        for font in (root / "usr/share/fonts-font-awesome/fonts").glob("*.woff*"):
            shutil.copy(font, fonts)
        blur = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
        blur.parent.mkdir()
        blur.write_text(
            "// Not free for Debian: no blurred background in video calls.\n"
        )


class Checkout(Odoo):
    """A folder with Odoo's sources."""

    def __init__(self, source):
        self.path = Path(source).expanduser().resolve()
        release = self.path / "odoo" / "release.py"
        if not release.is_file():
            raise EnvError(f"ODOO_SRC={source}: no odoo/release.py there")
        self.series = runpy.run_path(str(release))["series"]
        if self.series not in ("18.0", "19.0"):
            raise EnvError(f"ODOO_SRC={source} is {self.series}: give 18.0 or 19.0")
        self.version = f"{self.path} {self._find_commit()}"

    def _find_commit(self):
        if not shutil.which("git"):
            return ""
        git = ["git", "-C", self.path, "rev-parse", "HEAD"]
        return subprocess.run(git, capture_output=True, check=False, text=True).stdout


def find_odoo():
    source = os.environ.get("ODOO_SRC")
    return Checkout(source) if source else Debian()
