"""Terraform's settings: a provider from the disk where there is one, and nobody's account."""

import os

import pytest

from chalicelib.adapters.tools import terraform_settings
from chalicelib.adapters.tools.terraform_settings import (
    configuration,
    configured,
    mirror,
    places,
    settings,
)

pytestmark = pytest.mark.requirement("T15")


@pytest.fixture(name="home", autouse=True)
def _home(tmp_path, monkeypatch):
    """A home where nobody has set up anything."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def a_mirror(folder):
    (folder / "registry.example" / "hashicorp" / "aws" / "5.100.0").mkdir(parents=True)
    return folder


class TestMirror:
    def test_is_a_folder_that_holds_the_provider_by_its_registry(self, tmp_path):
        """
        The first of those that are asked.
        """
        empty = tmp_path / "empty"
        empty.mkdir()
        first, second = a_mirror(tmp_path / "first"), a_mirror(tmp_path / "second")

        assert first == mirror([tmp_path / "none", empty, first, second])
        assert None is mirror([empty])

    def test_may_be_where_terraform_itself_looks(self, home, tmp_path, monkeypatch):
        """
        In the home of who runs it, or in the folder for data that they name.
        """
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

        found = list(places())

        assert home / ".terraform.d" / "plugins" in found
        assert tmp_path / "data" / "terraform" / "plugins" in found


class TestConfiguration:
    def test_of_a_mirror_names_it(self, tmp_path):
        """
        As Terraform's CLI configuration is written.
        """
        folder = tmp_path / 'a "quoted" mirror'
        expected = 'path = "' + str(folder).replace('"', '\\"') + '"'

        assert expected in configuration(tmp_path, folder).read_text()

    def test_without_a_mirror_has_it_downloaded_once(self, tmp_path, monkeypatch):
        """
        Into a folder that is there.
        """
        cache = tmp_path / "kept" / "terraform"
        monkeypatch.setattr(terraform_settings, "DOWNLOADED", cache)

        text = configuration(tmp_path, None).read_text()

        assert cache.is_dir()
        assert f'plugin_cache_dir = "{cache}"' in text

    def test_that_somebody_made_is_kept(self, home, tmp_path):
        """
        The one that is named comes before the one at home.
        """
        named, at_home = tmp_path / "named.rc", home / ".terraformrc"
        named.touch()
        at_home.touch()

        assert named == configured({"TF_CLI_CONFIG_FILE": str(named)})
        assert at_home == configured({})

    def test_that_is_named_but_not_there_is_none(self, tmp_path):
        """
        Terraform would go on without it, and without a provider.
        """
        assert None is configured({"TF_CLI_CONFIG_FILE": str(tmp_path / "missing.rc")})


class TestSettings:
    def test_take_out_accounts_and_other_plans(self, tmp_path):
        """
        Whatever is set, a plan is the same.
        """
        environ = {"AWS_PROFILE": "mine", "TF_VAR_prefix": "x-", "TF_CLI_ARGS_plan": "-destroy"}

        made = settings(tmp_path, {**environ, "PATH": os.environ["PATH"]})

        assert dict.fromkeys(environ) == {name: made[name] for name in environ}
        assert "PATH" not in made

    def test_keep_what_only_helps(self, tmp_path):
        """
        A cache of providers, and a log.
        """
        made = settings(tmp_path, {"TF_PLUGIN_CACHE_DIR": "cache", "TF_LOG": "DEBUG"})

        assert {"TF_PLUGIN_CACHE_DIR", "TF_LOG"}.isdisjoint(made)

    def test_name_a_configuration_that_exists(self, tmp_path):
        """
        In place of one that does not.
        """
        made = settings(tmp_path, {"TF_CLI_CONFIG_FILE": str(tmp_path / "missing.rc")})

        assert str(tmp_path / "terraform.rc") == made["TF_CLI_CONFIG_FILE"]
        assert (tmp_path / "terraform.rc").is_file()
