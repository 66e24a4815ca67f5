#!/usr/bin/env python3
"""Makes the packages of this version from a release build: gene_VERSION_amd64.deb, gene-dev_VERSION_amd64.deb with what programs and
extensions in C need beside it, and gene-VERSION-x86_64-linux.tar.xz, which has both and runs from wherever it is unpacked.

  package.py BUILD OUTPUT      (`./dev package` calls it with build/release and, by default, build/package)

All link executables without a compiler: lib/gene/link holds what a compiler would add to each command of its linker, the start files
and the C and C++ libraries. In the Debian packages they are links to files of the packages that it depends on, among them the linker.
The archive has those of kit.py, and a libgene_llvm.so with LLVM and its linker in it; lib/gene/ld.lld is the command by another name.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
SYSTEM, GCC = Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/gcc/x86_64-linux-gnu/12")

# What lies in lib/gene/link of the Debian package: name -> the file of the system.
LINKED = {name: SYSTEM / name for name in (
    "Scrt1.o", "rcrt1.o", "crti.o", "crtn.o", "libc.a", "libm-2.36.a", "libmvec.a", "libc_nonshared.a", "libc.so", "libm.so", "libm.a")}
LINKED |= {name: GCC / name for name in ("crtbeginS.o", "crtendS.o", "libgcc.a", "libgcc_eh.a", "libstdc++.a")}

# Packages of Debian with those files, with the linker, and with the archives of gene.link.
LINK_PACKAGES = ("lld-22", "libc6-dev", "libgcc-12-dev", "libstdc++-12-dev")
ARCHIVE_PACKAGES = ("libutf8proc-dev", "libpcre2-dev", "libuv1-dev")
# What else is in the command or in the code generator of the archive, whose licences go with it.
OTHER_PACKAGES = ("libllvm22", "liblld-22-dev", "libedit-dev", "libtinfo6", "libbsd-dev", "libmd-dev", "libboost1.74-dev",
                  "rapidjson-dev", "libxxhash-dev", "zlib1g-dev", "libzstd-dev", "libc6")


def output_of(*command, cwd=ROOT):
    return subprocess.run([str(word) for word in command], cwd=cwd, check=True, text=True, stdout=subprocess.PIPE).stdout


def version_of(build):
    return output_of(build / "bin/gene", "--version").split()[1]


def date_of_commit():
    """Seconds of the commit that is packaged: the same sources give the same packages."""
    return int(output_of("git", "log", "-1", "--format=%ct"))


def compressed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as zipped:
        zipped.write(text.encode())


def install(build, prefix):
    """The command, its libraries, its manual page and what shells complete."""
    subprocess.run(["cmake", "--install", build, "--strip", "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    (prefix / "share/doc/gene/LICENSE").unlink()
    for archive in sorted((prefix / "lib/gene").glob("*.a")):
        subprocess.run(["strip", "--strip-debug", "--enable-deterministic-archives", archive], check=True)
    gene = build / "bin/gene"
    compressed(prefix / "share/man/man1/gene.1.gz", output_of(gene, "man"))
    for shell, name in (("bash", "bash-completion/completions/gene"), ("zsh", "zsh/vendor-completions/_gene"),
                        ("fish", "fish/vendor_completions.d/gene.fish")):
        path = prefix / "share" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(output_of(gene, "completions", shell))


def name_archives(prefix):
    """The system's archives that executables are linked with, as gene.link names them. There and in gene.pc they are named in
    lib/gene/link from now on, where they have to be put."""
    link, config = prefix / "lib/gene/gene.link", prefix / "lib/pkgconfig/gene.pc"
    archives = [Path(word) for word in link.read_text().split() if word.startswith("/")]
    for file, folder in ((link, "link"), (config, "${libdir}/link")):
        text = file.read_text()
        for archive in archives:
            text = text.replace(str(archive), f"{folder}/{archive.name}")
        file.write_text(text)
    return archives


def depends(prefix):
    """What the Debian package needs: the shared libraries of its programs, as dpkg-shlibdeps finds them, and what it links with."""
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "debian/control"
        control.parent.mkdir()
        control.write_text("Source: gene\n\nPackage: gene\nArchitecture: any\n")
        found = output_of("dpkg-shlibdeps", "-O", "--ignore-missing-info", f"-l{prefix}/lib/gene", "-e", prefix / "bin/gene", "-e",
                          prefix / "lib/gene/libgene_llvm.so", cwd=folder)
    return ", ".join([found.strip().removeprefix("shlibs:Depends="), *LINK_PACKAGES, *ARCHIVE_PACKAGES])


def documented(prefix, name, version, maintainer, date):
    """What every package of Debian says of itself."""
    documents = prefix / "share/doc" / name
    documents.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "copyright", documents / "copyright")
    when = output_of("date", "-R", "-u", "-d", f"@{date}").strip()
    compressed(documents / "changelog.gz", f"{name} ({version}) unstable; urgency=medium\n\n  * Version {version}.\n\n -- {maintainer}  {when}\n")


def packed(tree, output, control, date, **holes):
    """The package of a tree: its control file with these words in it, and the sums."""
    size = sum(path.lstat().st_size for path in tree.rglob("*") if path.is_file() and not path.is_symlink()) // 1024
    text = (HERE / control).read_text().replace("@SIZE@", str(size))
    for name, value in holes.items():
        text = text.replace(f"@{name.upper()}@", value)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(text)
    sums = [output_of("md5sum", path.relative_to(tree), cwd=tree) for path in sorted(tree.rglob("*"))
            if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts]
    (tree / "DEBIAN/md5sums").write_text("".join(sums))
    subprocess.run(["chmod", "-R", "u=rwX,go=rX", tree], check=True)
    name = re.search(r"^Package: (.*)$", text, re.M)[1]
    package = output / f"{name}_{holes['version']}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, package], check=True, stdout=subprocess.DEVNULL,
                   env={"SOURCE_DATE_EPOCH": str(date), "PATH": "/usr/bin:/bin"})
    return package


def development(prefix, other):
    """Moves what programs and extensions in C need, and nothing else, from one tree to the other."""
    for name in ("include/gene.h", "lib/gene/libgene_embed.a", "lib/x86_64-linux-gnu/pkgconfig/gene.pc"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(prefix / name, other / name)
    for folder in ("include", "lib/x86_64-linux-gnu/pkgconfig", "lib/x86_64-linux-gnu"):
        (prefix / folder).rmdir()
    documents = other / "share/doc/gene-dev"
    documents.mkdir(parents=True)
    shutil.copy(ROOT / "docs/c-api.md", documents / "c-api.md")
    for name in ("embed", "zlib"):
        shutil.copytree(ROOT / "docs/examples" / name, documents / "examples" / name)


def debian(build, output, version, date):
    """gene_VERSION_amd64.deb and gene-dev_VERSION_amd64.deb"""
    tree, other = output / "deb", output / "deb-dev"
    prefix = tree / "usr"
    install(build, prefix)
    link = prefix / "lib/gene/link"
    link.mkdir()
    for name, target in [*LINKED.items(), *((file.name, file) for file in name_archives(prefix))]:
        (link / name).symlink_to(os.path.relpath(target, "/usr/lib/gene/link"))
    config, found = prefix / "lib/pkgconfig/gene.pc", prefix / "lib/x86_64-linux-gnu/pkgconfig/gene.pc"
    found.parent.mkdir(parents=True)
    found.write_text(config.read_text().replace("${pcfiledir}/../..", "${pcfiledir}/../../.."))
    shutil.rmtree(config.parent)
    development(prefix, other / "usr")
    maintainer = output_of("git", "log", "-1", "--format=%cn <%ce>").strip()
    documented(prefix, "gene", version, maintainer, date)
    documented(other / "usr", "gene-dev", version, maintainer, date)
    overrides = prefix / "share/lintian/overrides/gene"
    overrides.parent.mkdir(parents=True)
    shutil.copy(HERE / "lintian-overrides", overrides)
    holes = {"version": version, "maintainer": maintainer}
    return [packed(tree, output, "control", date, depends=depends(prefix), **holes),
            packed(other, output, "control-dev", date, **holes)]


def archive(build, output, version, date):
    """gene-VERSION-x86_64-linux.tar.xz"""
    name = f"gene-{version}-x86_64-linux"
    prefix = output / name
    install(build, prefix)
    library, link = prefix / "lib/gene", prefix / "lib/gene/link"
    shutil.copy(build / "portable/gene", prefix / "bin/gene")
    shutil.copy(build / "portable/libgene_llvm.so", library / "libgene_llvm.so")
    (library / "ld.lld").symlink_to("../../bin/gene")
    shutil.copytree(build / "portable/link", link)
    for file in name_archives(prefix):
        shutil.copy(file, link)
    documents = prefix / "share/doc/gene"
    shutil.copy(ROOT / "LICENSE", documents / "LICENSE")
    (documents / "licences").mkdir()
    for package in (*LINK_PACKAGES, *ARCHIVE_PACKAGES, *OTHER_PACKAGES):
        shutil.copy(Path("/usr/share/doc") / package / "copyright", documents / "licences" / package)
    result = output / f"{name}.tar.xz"
    subprocess.run(["tar", "--sort=name", f"--mtime=@{date}", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX",
                    "-I", "xz -T2", "-cf", result, "-C", output, name], check=True)
    return result


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    build, output = (Path(word).resolve() for word in sys.argv[1:])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    version, date = version_of(build), date_of_commit()
    if not re.fullmatch(r"[0-9.]+", version):
        sys.exit(f"package.py: no version: {version}")
    for package in (*debian(build, output, version, date), archive(build, output, version, date)):
        print(f"{package} ({package.stat().st_size / 1e6:.1f} MB)")


main()
