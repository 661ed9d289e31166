"""Gather every wheel an offline computer needs, for its Python and platform, not for ours.

pip resolves for another platform but judges environment markers by the computer it runs on, so
what only Windows needs (colorama, tzdata) would be missing. Hence the second half: read what each
wheel asks for, judge it for the target, fetch what is not there, until nothing is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

REPOSITORY = Path(__file__).resolve().parent.parent
NOTE = REPOSITORY / "docs" / "install-offline.zh.md"
WINDOWS = {
    "os_name": "nt",
    "sys_platform": "win32",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
}


def main() -> None:
    options = parse_options()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.whl"):
        stale.unlink()
    build_own_wheel(folder)
    own = next(folder.glob("clusterxl-*.whl"))
    extras = tuple(options.extras.replace(",", " ").split())
    target = f"clusterxl[{','.join(extras)}] @ {own.as_uri()}" if extras else own.as_uri()
    download(folder, options, target)
    while missing := sorted(set(missing_requirements(folder, options, extras))):
        sys.stdout.write(f"for the target only: {', '.join(missing)}\n")
        download(folder, options, *missing)
    shutil.copyfile(NOTE, folder / NOTE.name)
    write_checksums(folder)
    sys.stdout.write(f"{len(list(folder.glob('*.whl')))} wheels in {folder}\n")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="3.11", help="Python of the target (3.11)")
    parser.add_argument("--platform", default="win_amd64", help="wheel tags of the target")
    parser.add_argument("--extras", default="", help="extras of clusterxl wanted there")
    return parser.parse_args()


def build_own_wheel(folder: Path) -> None:
    # A left-over build/ would put deleted files back into the wheel.
    shutil.rmtree(REPOSITORY / "build" / "lib", ignore_errors=True)
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY))


def download(folder: Path, options: argparse.Namespace, *requirements: str) -> None:
    pip(
        "download",
        *("--only-binary", ":all:", "--implementation", "cp"),
        *("--python-version", options.python),
        *(part for tag in options.platform.split() for part in ("--platform", tag)),
        *("--dest", str(folder), *requirements),
    )


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def missing_requirements(
    folder: Path, options: argparse.Namespace, extras: tuple[str, ...]
) -> Iterator[str]:
    """Tell what the wheels ask for on the target and do not find beside them."""
    wheels = {parse_wheel_filename(path.name)[0]: path for path in folder.glob("*.whl")}
    wanted = [("clusterxl", extra) for extra in ("", *extras)]
    seen = set()
    while wanted:
        name, extra = wanted.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for requirement in requirements_of(wheels[canonicalize_name(name)], options, extra):
            found = wheels.get(canonicalize_name(requirement.name))
            if found is None or not requirement.specifier.contains(
                parse_wheel_filename(found.name)[1]
            ):
                yield f"{requirement.name}{requirement.specifier}"
            else:
                wanted += [(requirement.name, more) for more in ("", *requirement.extras)]


def requirements_of(wheel: Path, options: argparse.Namespace, extra: str) -> Iterator[Requirement]:
    with zipfile.ZipFile(wheel) as parts:
        name = next(part for part in parts.namelist() if part.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(parts.read(name).decode("utf-8"))
    environment = {
        **(WINDOWS if options.platform.startswith("win") else {}),
        "python_version": options.python,
        "python_full_version": f"{options.python}.0",
        "extra": extra,
    }
    for line in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield requirement


def write_checksums(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.glob("*.whl"))
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
