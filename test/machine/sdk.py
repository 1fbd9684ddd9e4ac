# SPDX-License-Identifier: BSD-2-Clause
"""pith-cc as a user calls it, from outside the tree; the first one runs."""

import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build/sdk/bin"


def pith_cc(directory, *words, name="pith-cc"):
    return subprocess.run([BIN / name, *words], cwd=directory, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60, check=False)


def readme_program():
    """The first program as the README shows it."""
    text = (ROOT / "README.md").read_text()
    body = re.search(r"\$ cat > first\.c\n(.*?)    \$ build", text, re.S)[1]
    return re.sub("^    ", "", body, flags=re.M)


def case_readme_program_builds_and_runs():
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "first.c").write_text(readme_program())
        done = pith_cc(tmp, "-O2", "-o", "first", "first.c", "-lm", "-lpthread")
        assert done.returncode == 0, done.stdout
        made = sorted(p.name for p in pathlib.Path(tmp).iterdir())
        assert made == ["first", "first.c", "first.cfg", "first.debug"], made
        config = (pathlib.Path(tmp) / "first.cfg").read_text()
        for line in ('type = "pvh"', f'kernel = "{tmp}/first"', "vcpus = 1"):
            assert line in config, f"no {line} in {config}"
        run = subprocess.run([BIN / "pith", "run", f"{tmp}/first", "--", "one",
                              "two"], stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, timeout=120, check=False)
    assert run.returncode == 0, f"status {run.returncode}"
    assert run.stdout.split("\n")[:3] == ["one", "two", "pith: exit 0"], run.stdout


def case_compile_preprocess_and_depend_work_as_in_cc():
    with tempfile.TemporaryDirectory() as tmp:
        source = pathlib.Path(tmp) / "a.c"
        source.write_text("#include <stdio.h>\n#include <sys/socket.h>\n"
                          "#if defined(__linux__) || !defined(__pith__)\n"
                          "#error wrong target\n#endif\nint main(void)"
                          "{ return puts(\"\") < 0; }\n")
        for words in (("-c", "a.c"), ("-S", "a.c"), ("-E", "-o", "a.i", "a.c"),
                      ("-MM", "a.c"), ("-o", "a", "a.o")):
            done = pith_cc(tmp, *words, name="x86_64-pith-elf-gcc")
            assert done.returncode == 0, f"{words}: {done.stdout}"
        assert (pathlib.Path(tmp) / "a.cfg").exists()


def case_checks_take_the_second_kernel():
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "a.c").write_text("int main(void) { return "
                                               "!CONFIG_CHECKS; }\n")
        done = pith_cc(tmp, "--checks", "-Wl,--trace", "a.c")
        assert done.returncode == 0, done.stdout
        assert "libpith-checks.a" in done.stdout, done.stdout
        assert "libpith.a" not in done.stdout, done.stdout
        help_text = pith_cc(tmp, "--help").stdout
        assert "--checks" in help_text, help_text


def case_any_kind_of_position_is_independent():
    """What is asked for, and what objects need that nothing can give them."""
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "a.c").write_text(
            "int b(void); int *c; int main(void) { return b(); }\n")
        (pathlib.Path(tmp) / "b.c").write_text(
            "extern int *c; int d; int b(void) { c = &d; return *c; }\n")
        for words in (("-fno-pie", "-no-pie"), ("-static",), ("-fPIC",),
                      ("-fPIE", "-static-pie")):
            for step in (("-c", "a.c"), ("-c", "b.c"),
                         ("-o", "a", "a.o", "b.o")):
                done = pith_cc(tmp, "-O2", *words, *step)
                assert done.returncode == 0, f"{words}: {done.stdout}"
        (pathlib.Path(tmp) / "b.c").write_text(
            "static int f(void) { return 0; }\n"
            "static void *choose(void) { return f; }\n"
            "int b(void) __attribute__((ifunc(\"choose\")));\n")
        done = pith_cc(tmp, "-o", "e", "a.c", "b.c")
        assert done.returncode and "relocations" in done.stdout, done.stdout
        assert not (pathlib.Path(tmp) / "e").exists()


def case_unresolved_symbol_is_named_and_nothing_is_left():
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "a.c").write_text(
            "int nowhere(void); int main(void) { return nowhere(); }\n")
        done = pith_cc(tmp, "-o", "a", "a.c")
        left = sorted(p.name for p in pathlib.Path(tmp).iterdir())
    assert done.returncode != 0 and "nowhere" in done.stdout, done.stdout
    assert left == ["a.c"], left


def case_same_sources_give_the_same_bytes():
    images = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as tmp:
            done = pith_cc(tmp, "-O2", "-o", "same", ROOT / "apps/hello/hello.c")
            assert done.returncode == 0, done.stdout
            images.append((pathlib.Path(tmp) / "same").read_bytes())
    assert images[0] == images[1], "two links of hello differ"
