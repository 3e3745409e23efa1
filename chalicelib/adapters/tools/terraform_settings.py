"""Terraform's own settings: nobody's account, and a provider from the disk where there is one."""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chalicelib.adapters.tools.programs import INSTALLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PLUGINS: Final = (
    "~/.terraform.d/plugins",
    "$XDG_DATA_HOME/terraform/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
"""Where Terraform looks by itself for a mirror of its registry."""
OPTIONAL: Final = Path("/opt")
"""Each folder in it may be a mirror, too."""
PROVIDER: Final = "*/hashicorp/aws"
"""Within a mirror: the registry's name, who made the provider, what it is for."""
DOWNLOADED: Final = INSTALLED.parent / "terraform"
"""Where a provider is kept that had to be downloaded, so that it is only once."""
MIRRORED: Final = "provider_installation {{\n  filesystem_mirror {{\n    path = {}\n  }}\n}}\n"
CACHED: Final = "plugin_cache_dir = {}\nplugin_cache_may_break_dependency_lock_file = true\n"
"""There is no lock file that it could break."""
KEPT: Final = frozenset({"TF_PLUGIN_CACHE_DIR", "TF_LOG", "TF_LOG_PATH"})


def settings(scratch: Path, environ: Mapping[str, str]) -> dict[str, str | None]:
    """Return what has to change in an environment, so that every plan there is the same.

    Keys of an account and variables of other plans are taken out (None). ``scratch`` is a folder
    for the CLI configuration, where nobody has made one.
    """
    foreign = (name for name in environ if name.startswith(("AWS_", "TF_")) and name not in KEPT)
    return dict.fromkeys(foreign) | {
        "TF_CLI_CONFIG_FILE": str(configured(environ) or configuration(scratch, mirror(places()))),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }


def configured(environ: Mapping[str, str]) -> Path | None:
    """Return the CLI configuration that somebody has made, if there is one."""
    named = environ.get("TF_CLI_CONFIG_FILE") or "~/.terraformrc"
    files = (Path(name).expanduser() for name in (named, "~/.terraformrc"))
    return next((file for file in files if file.is_file()), None)


def mirror(folders: Iterable[Path]) -> Path | None:
    """Return the first folder that holds the provider as a mirror of a registry does, if any."""
    return next((folder for folder in folders if any(folder.glob(PROVIDER))), None)


def places() -> Iterator[Path]:
    """Yield the folders that may be a mirror, whether or not they exist."""
    usual = (Path(os.path.expandvars(place)).expanduser() for place in PLUGINS)
    return chain(usual, sorted(OPTIONAL.glob("*")))


def configuration(scratch: Path, folder: Path | None) -> Path:
    """Write a CLI configuration that takes the mirror; without one, Terraform downloads once."""
    file = scratch / "terraform.rc"
    if folder is None:
        DOWNLOADED.mkdir(parents=True, exist_ok=True)
    form = MIRRORED if folder else CACHED
    file.write_text(form.format(json.dumps(str(folder or DOWNLOADED))))
    return file
