"""``python -m benchmarks [NAME …]``: run all benchmarks, or the named ones, and write docs/performance.md anew.

Each runs in a process of its own. One that fails does not stop the others; its last rows stay on the page.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import _page
from benchmarks._page import NAMES
from benchmarks._rows import KEEP

FOLDER = Path(__file__).parent


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks. The exit code is 1 where one failed, 2 for a name that is none."""
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
        return 2
    failed = []
    for name in chosen or NAMES:
        print(f"\n## {name}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        if subprocess.run(command, cwd=FOLDER.parent, env={**os.environ, KEEP: "yes"}).returncode:
            failed.append(name)
    _page.write()
    print(f"\nWritten: {_page.PAGE.relative_to(FOLDER.parent)}." + (f" Failed: {', '.join(failed)}." if failed else ""))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
