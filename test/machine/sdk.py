# SPDX-License-Identifier: BSD-2-Clause
"""pith-cc as a user calls it, from outside the tree; the first one runs."""

import os
import pathlib
import re
import shutil
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
        assert made == ["first", "first.c", "first.cfg", "first.debug",
                        "first.map"], made
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


def case_what_always_fails_is_named_when_linked():
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "a.c").write_text(
            "#include <spawn.h>\n#include <unistd.h>\n#include <dlfcn.h>\n"
            "int main(void) { posix_spawn(0, \"a\", 0, 0, 0, 0);\n"
            "dlopen(\"a\", 1); return fork() || setuid(1); }\n")
        done = pith_cc(tmp, "-o", "a", "a.c")
        (pathlib.Path(tmp) / "b.c").write_text(
            "#include <stdio.h>\n#include <stdlib.h>\nint main(void) "
            "{ return system(NULL) || !getenv(\"HOME\") || puts(\"b\"); }\n")
        silent = pith_cc(tmp, "-o", "b", "b.c")
    assert done.returncode == 0, done.stdout
    for text in ("posix_spawn() always fails on Pith: there is one program",
                 "dlopen() always fails on Pith: link the library's code in",
                 "fork() always fails on Pith: there is one process; use a thread",
                 "setuid() fails on Pith for any other than root"):
        assert text in done.stdout, f"no {text} in {done.stdout}"
    assert not silent.returncode and not silent.stdout, silent.stdout


def build_id(path):
    text = subprocess.run(["readelf", "-n", path], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    return re.search(r"Build ID: ([0-9a-f]{40})\n", text)[1]


def case_same_sources_give_the_same_bytes_in_any_directory():
    """With debugging data, which names the directory, and with LTO."""
    for words in (("-g",), ("-g", "-flto")):
        images = []
        for name in ("here", "somewhere-else"):
            with tempfile.TemporaryDirectory(prefix=name) as tmp:
                shutil.copy(ROOT / "apps/hello/hello.c", tmp)
                done = pith_cc(tmp, "-O2", *words, "-o", "same", "hello.c")
                assert done.returncode == 0, done.stdout
                image = pathlib.Path(tmp) / "same"
                assert build_id(image) == build_id(f"{image}.debug")
                images.append(image.read_bytes())
        assert images[0] == images[1], f"two links of hello differ: {words}"


def case_what_is_not_used_is_not_linked():
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "a.c").write_text(
            "#include <stdio.h>\nint used(void) { return 0; }\n"
            "int unused(void) { return fputs(\"f\", stderr); }\n"
            "int main(void) { return used(); }\n")
        assert pith_cc(tmp, "-O0", "-o", "a", "a.c").returncode == 0
        names = subprocess.run(["nm", f"{tmp}/a.debug"], text=True, check=True,
                               stdout=subprocess.PIPE).stdout
        assert " T used\n" in names, "used is not linked"
        for name in ("unused", "fputs", "room_netfront", "room_blkfront"):
            assert f" {name}\n" not in names, f"{name} is linked"
        text = (pathlib.Path(tmp) / "a.map").read_text()
        assert "libpith.a(crt.o)" in text and ".text.used" in text, text[:500]


def case_options_do_as_in_cc():
    """What is built in one go is what is built in steps; libraries, files of
    options, dependencies, languages."""
    with tempfile.TemporaryDirectory() as tmp:
        here = pathlib.Path(tmp)
        (here / "a.c").write_text("#include \"a.h\"\nint b(void);\n"
                                  "int main(void) { return b() + VALUE; }\n")
        (here / "a.h").write_text("#define VALUE N\n")
        (here / "b.c").write_text("int b(void) { return sizeof(NAME); }\n")
        (here / "words").write_text("-O2 '-DN=1'\n\"-DNAME=\\\"a b\\\"\"")
        (here / "more").write_text("@words -o one")
        (here / "lib").mkdir()
        steps = (
            ("pith-cc", "@more", "a.c", "b.c"),
            ("gcc", "-O2", "-DN=1", "-MMD", "-MF", "a.d", "-c", "a.c"),
            ("cc", "@words", "-MMD", "-c", "b.c", "-o", "lib/b.o"),
            ("ar", "rcD", "lib/libb.a", "lib/b.o"),
            ("ranlib", "lib/libb.a"),
            ("gcc", "-static", "-pthread", "-v", "-o", "two", "a.o", "-Llib",
             "-l", "b", "-Wl,-z,relro,--as-needed", "-Wl,-rpath,/nowhere",
             "-s", "-lm", "-lpthread", "-ldl", "-lrt"),
            ("gcc", "-O2", "-MMD", "-DN=1", "a.c", "lib/libb.a", "-o", "three"),
            ("gcc", "-O2", "-x", "c", "-DN=1", "-include", "a.h", "-o", "four",
             "a.c", "-x", "none", "lib/b.o"),
            ("strip", "four"))
        for name, *words in steps:
            name = name if name == "pith-cc" else f"x86_64-pith-elf-{name}"
            done = pith_cc(tmp, *words, name=name)
            assert done.returncode == 0, f"{name} {words}: {done.stdout}"
        assert "a.h" in (here / "a.d").read_text()
        assert "b.o: b.c" in (here / "lib/b.d").read_text()
        assert "a.h" in (here / "three-a.d").read_text()
        texts = [subprocess.run(["objdump", "-d", here / f"{image}.debug"],
                                check=True, stdout=subprocess.PIPE).stdout
                 for image in ("one", "two", "three", "four")]
        codes = {text.split(b"<main>:")[1].split(b"\n\n")[0] for text in texts}
        assert len(codes) == 1, codes


def case_questions_are_answered_for_pith():
    answers = {
        ("-dumpmachine",): "^x86_64-pith-elf$",
        ("--version",): "^pith-cc .*\n.*Free Software Foundation",
        ("-v",): "^Target: x86_64-pith-elf$",
        ("-print-search-dirs",): f"^libraries: ={BIN.parent}/lib/pith/$",
        ("-print-file-name=libc.a",): f"^{BIN.parent}/lib/pith/libc.a$",
        ("-print-multiarch",): "^$",
        ("-print-libgcc-file-name",): "libgcc.a$",
        ("-E", "-dM", "-x", "c", "/dev/null"): "^#define __unix__ 1$",
        ("-###", "-c", "-x", "c", "/dev/null"): "cc1",
    }
    for words, pattern in answers.items():
        done = pith_cc("/", *words)
        assert done.returncode == 0, f"{words}: {done.stdout}"
        assert re.search(pattern, done.stdout, re.M), f"{words}: {done.stdout}"
    defined = pith_cc("/", "-E", "-dM", "-x", "c", "/dev/null").stdout
    assert not re.search("linux", defined, re.I), defined


def case_mistakes_are_named():
    """A word of the message for each; nothing is written."""
    mistakes = {
        ("none.c",): "none.c: no such file",
        ("none.o",): "none.o: no such file",
        ("-o",): "-o: its argument is missing",
        ("-O2",): "no input files",
        ("-shared", "a.c"): "-shared: images are static",
        ("-Wl,-shared", "a.c"): "-shared: images are static",
        ("-m32", "a.c"): "-m32: ",
        ("-T", "a.lds", "a.c"): "-T: images have a linker script",
        ("-fsanitize=address", "a.c"): "--debug-heap",
        ("-lz", "a.c"): "-lz: no libz.a for Pith",
        ("-x", "c++", "a.c"): "C++: Pith has no C++ library",
        ("a.cc",): "C++: Pith has no C++ library",
        ("linux.o",): "pith-cc: __errno_location: the object was compiled "
                      "against Linux's headers",
        ("a.c", "-DF=rpl_malloc"): "pith-cc: rpl_malloc: configure could not",
        ("a.c", "-DF=inotify_init"): "pith-cc: inotify_init: ",
        ("a.c", "-DF=syscall"): "call the function itself",
    }
    with tempfile.TemporaryDirectory() as tmp:
        here = pathlib.Path(tmp)
        (here / "a.c").write_text("int F(); int main(void) { return F(); }\n")
        (here / "a.cc").write_text("")
        (here / "l.c").write_text("#include <errno.h>\n"
                                  "int main(void) { return errno; }\n")
        subprocess.run(["gcc", "-c", "l.c", "-o", "linux.o"], cwd=tmp, check=True)
        before = sorted(here.iterdir())
        for words, message in mistakes.items():
            done = pith_cc(tmp, *words)
            assert done.returncode == 1, f"{words}: status {done.returncode}"
            assert message in done.stdout, f"{words}: {done.stdout}"
            assert sorted(here.iterdir()) == before, f"{words} left files"
        done = pith_cc(tmp, "-c", "a.c", name="x86_64-pith-elf-g++")
        assert done.returncode and "C++" in done.stdout, done.stdout
        done = pith_cc(tmp, "-I/usr/include", "-DF=main", "-c", "a.c")
        assert "-I/usr/include is left out" in done.stdout, done.stdout


def case_installed_sdk_can_be_moved():
    """make install with DESTDIR and PREFIX, then to another directory."""
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run(["make", "-s", "-C", ROOT, "install", f"DESTDIR={tmp}/d",
                        "PREFIX=/opt/pith"], check=True, timeout=300,
                       stdout=subprocess.DEVNULL)
        moved = pathlib.Path(tmp) / "moved"
        (pathlib.Path(tmp) / "d/opt/pith").rename(moved)
        for directory, _, files in os.walk(moved):
            for name in files:
                data = (pathlib.Path(directory) / name).read_bytes()
                assert str(ROOT).encode() not in data, f"{name} names {ROOT}"
        shutil.copy(ROOT / "apps/hello/hello.c", tmp)
        for sdk, out in (BIN.parent, "one"), (moved, "two"):
            words = [sdk / "bin/x86_64-pith-elf-gcc", "-O2", "hello.c"]
            (pathlib.Path(tmp) / out).mkdir()
            subprocess.run([*words, "-o", f"{out}/same"], check=True, cwd=tmp)
        images = [(pathlib.Path(tmp) / n / "same").read_bytes()
                  for n in ("one", "two")]
        assert images[0] == images[1], "the moved SDK links another image"
        site = subprocess.run([moved / "bin/pith", "env"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        assert f"CONFIG_SITE={moved}/share/pith/config.site" in site, site
        run = subprocess.run([moved / "bin/pith", "run", "--net", "none",
                              f"{tmp}/two/same"], stdin=subprocess.DEVNULL,
                             text=True, stdout=subprocess.PIPE, timeout=120,
                             check=False)
        assert run.returncode == 0 and "pith: exit 0" in run.stdout, run.stdout
