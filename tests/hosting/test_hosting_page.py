"""What docs/hosting.md tells people to type is right as far as this machine can say."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from backends.settings import Settings, variable
from tests.browser.server import ROOT

PAGE = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


def front_matter() -> dict[str, object]:
    """The YAML between the first two lines of three dashes."""
    _, block, _ = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(block)


def test_the_front_matter_of_the_readme_makes_a_docker_space() -> None:
    matter = front_matter()
    assert (matter["sdk"], matter["app_port"]) == ("docker", 7860)
    assert {"title", "emoji", "colorFrom", "colorTo", "pinned"} <= set(matter)
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}  # all that a Space knows
    assert {matter["colorFrom"], matter["colorTo"]} <= colours
    assert len(str(matter["short_description"])) <= 60


def test_every_setting_that_the_page_names_exists() -> None:
    named = set(re.findall(r"WORKBENCH_\w+", PAGE))
    assert named
    assert named <= {variable(name) for name in vars(Settings())}


def test_what_it_says_of_the_limits_is_what_they_are() -> None:
    size = re.search(r"client_max_body_size (\d+)m;\s+# as WORKBENCH_MAX_UPLOAD_MB", PAGE)
    assert size
    assert int(size[1]) == Settings().max_upload_mb


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    [block] = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    block = block.replace("listen 80;", f"listen unix:{tmp_path}/socket;")
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{\naccess_log off;\n{block}}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run([str(NGINX), "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
