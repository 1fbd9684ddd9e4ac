# SPDX-License-Identifier: BSD-2-Clause
"""The SDK under autoconf, CMake and Meson: a small project by each, and run.

Its C sources are in sdk-autoconf; sdk-cmake and sdk-meson have the rest.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SDK = HERE.parent.parent / "build/sdk"
SHARE = SDK / "share/pith"


def run(directory, *words, **environment):
    """The output of a command that must succeed, the SDK's tools in PATH."""
    path = f"{SDK / 'bin'}:{os.environ['PATH']}"
    assert shutil.which(words[0], path=path), \
        f"{words[0]} is missing: run tools/deps test"
    done = subprocess.run(words, cwd=directory, text=True, check=False,
                          env={**os.environ, "PATH": path, **environment},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}"
    return done.stdout


def expect_greeting(image):
    said = run(image.parent, "pith", "run", "--net", "none", str(image))
    assert "configured: long 8, part 42, root 4\n" in said, said


def case_autoconf_needs_pith_env_and_host_only():
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "source"
        shutil.copytree(HERE / "sdk-autoconf", source)
        for name in ("config.guess", "config.sub", "install-sh"):
            found = sorted(pathlib.Path("/usr/share").glob(f"automake-*/{name}"))
            assert found, "automake is missing: run tools/deps test"
            shutil.copy(found[-1], source)
        run(source, "autoreconf", "-f")
        site = run(tmp, "pith", "env")
        assert f"CONFIG_SITE={SHARE}/config.site" in site, site
        said = run(source, "sh", "-c", 'eval "$(pith env)" && '
                   "./configure --host=x86_64-pith-elf")
        assert "cross compiling... yes" in said, said
        assert "x86_64-pith-elf-gcc" in said, said
        run(source, "make")
        expect_greeting(source / "greeting")


def case_cmake_builds_by_the_toolchain_file():
    with tempfile.TemporaryDirectory() as tmp:
        run(tmp, "cmake", "--toolchain", str(SHARE / "toolchain.cmake"),
            f"-Dparts={HERE / 'sdk-autoconf'}", str(HERE / "sdk-cmake"))
        run(tmp, "cmake", "--build", ".")
        expect_greeting(pathlib.Path(tmp) / "greeting")


def case_meson_builds_by_the_cross_file():
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "source"
        shutil.copytree(HERE / "sdk-autoconf", source)
        shutil.copy(HERE / "sdk-cmake/config.h", source)
        shutil.copy(HERE / "sdk-meson/meson.build", source)
        run(source, "meson", "setup", "--cross-file",
            str(SHARE / "meson-cross.ini"), "built")
        run(source, "ninja", "-C", "built")
        expect_greeting(source / "built/greeting")
