# SPDX-License-Identifier: BSD-2-Clause
"""A private apt: its own sources, lists, archives and status under the cache, for one suite.
It uses the mirror, proxy and credentials of the machine's apt, and changes nothing there.
Indexes are verified by apt against Debian's archive keys."""

import glob
import hashlib
import os
import pathlib
import re

from util import Fail, cache_dir, run, say

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN_SUITES = "bookworm trixie stable oldstable testing sid unstable".split()

# Read after the machine's own configuration, whose proxies stay in force.
APT_CONF = """
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
#clear APT::Architectures;
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Get::AllowUnauthenticated "false";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::GzipIndexes "false";
Acquire::Retries "3";
Dir::Etc::sourcelist "{dir}/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "{dir}/lists";
Dir::State::status "{dir}/etc/status";
Dir::State::extended_states "{dir}/etc/extended_states";
Dir::Cache "{dir}/cache";
Dir::Log "{dir}/log";
{user}
"""


def entries_one_line(text):
    for line in text.splitlines():
        words = re.sub(r"\[[^]]*\]", "", line.split("#")[0]).split()
        if len(words) >= 3 and words[0] == "deb":
            yield [words[1]], [words[2]], words[3:]


def entries_deb822(text):
    text = re.sub(r"^#.*\n?", "", text, flags=re.M)
    for stanza in re.split(r"\n\s*\n", text):
        pairs = re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t]+.*)*)", stanza, flags=re.M)
        fields = {key.lower(): value.split() for key, value in pairs}
        if "deb" in fields.get("types", []) and fields.get("enabled") != ["no"]:
            yield (fields.get("uris", []), fields.get("suites", []),
                   fields.get("components", []))


def machine_entries():
    for path in ["/etc/apt/sources.list", *sorted(glob.glob("/etc/apt/sources.list.d/*"))]:
        if not os.path.isfile(path) or not path.endswith((".list", ".sources")):
            continue
        text = pathlib.Path(path).read_text(errors="replace")
        yield from entries_deb822(text) if path.endswith(".sources") else entries_one_line(text)


def mirrors():
    """The machine's Debian mirror, and that of its security updates or None."""
    main = security = None
    for uris, suites, components in machine_entries():
        if "main" not in components or not uris:
            continue
        for suite in suites:
            if suite in DEBIAN_SUITES:
                main = main or uris[0]
            elif suite.removesuffix("-security") in DEBIAN_SUITES:
                security = security or uris[0]
    main = os.environ.get("PITH_MIRROR") or main
    if not main:
        raise Fail("no Debian mirror in /etc/apt/sources.list and sources.list.d; "
                   "set PITH_MIRROR to the URI of one")
    return main.rstrip("/"), security and security.rstrip("/")


def stanzas(text):
    """Fields of each stanza of apt-cache's output; a folded field keeps its lines."""
    for stanza in filter(str.strip, re.split(r"\n\s*\n", text)):
        yield {key: value.strip() for key, value in
               re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", stanza, flags=re.M)}


class Apt:
    """`kind` is "deb" for binary packages or "deb-src" for sources."""

    def __init__(self, kind, suite):
        main, security = mirrors()
        options = "target=Packages" if kind == "deb" else "target=Sources"
        uris = [(main, suite)] + ([(security, f"{suite}-security")] if security else [])
        self.sources = "".join(f"{kind} [signed-by={KEYRING} {options}] {uri} {name} main\n"
                               for uri, name in uris)
        self.kind, self.suite = kind, suite
        key = hashlib.sha256(self.sources.encode()).hexdigest()[:12]
        self.dir = cache_dir() / "apt" / f"{kind}-{suite}-{key}"
        self.archives = self.dir / "cache" / "archives"
        self.main = main

    def prepare(self, refresh=False):
        """Writes the configuration and fetches the indexes, once or when asked to. Returns
        whether they are fresh."""
        if not os.path.exists(KEYRING):
            raise Fail(f"{KEYRING} is missing; run `tools/deps host`")
        for name in ("lists/partial", "cache/archives/partial", "etc"):
            (self.dir / name).mkdir(parents=True, exist_ok=True)
        (self.dir / "etc/sources.list").write_text(self.sources)
        (self.dir / "etc/status").touch()
        user = 'APT::Sandbox::User "root";' if os.geteuid() == 0 else ""
        (self.dir / "etc/apt.conf").write_text(APT_CONF.format(dir=self.dir, user=user))
        stamp = self.dir / "updated"
        if refresh or not stamp.exists():
            say(f"fetching the {self.suite} index ({self.kind}) from {self.main}")
            stamp.unlink(missing_ok=True)
            # apt keeps a damaged list whose signed Release has not changed.
            for old in (self.dir / "lists").glob("*_*"):
                old.unlink()
            self.run("apt-get", "update", "-q", "-o", "APT::Update::Error-Mode=any",
                     what=f"index of {self.suite} from {self.main}")
            stamp.touch()
            return True
        return False

    def run(self, tool, *words, what, **options):
        return run([tool, "-c", self.dir / "etc/apt.conf", *words], what, **options)

    def assume(self, packages):
        """Declares packages installed in the suite's own version, so that apt leaves them out."""
        status = self.dir / "etc/status"
        status.write_text("")
        shown = self.run("apt-cache", "show", "--no-all-versions", *packages,
                         what=f"packages that the lock assumes in {self.suite}")
        keep = ("Package", "Version", "Architecture", "Multi-Arch", "Provides")
        status.write_text("".join(
            "Status: install ok installed\n" + "".join(
                f"{key}: {fields[key]}\n" for key in keep if key in fields) + "\n"
            for fields in stanzas(shown)))

    def resolve(self, packages, what):
        """What installing `packages` would bring: {package: (version, architecture)}."""
        lines = self.run("apt-get", "install", "-s", "-y", *packages, what=what)
        found = re.findall(r"^Inst (\S+) \((\S+) .*\[(\w+)\]\)", lines, flags=re.M)
        return {name: (version, arch) for name, version, arch in found}
