#!/usr/bin/env python3
"""Makes a folder with which executables are linked that run wherever glibc 2.31 or a later one is.

  kit.py CXX LLD OUTPUT

Where this machine has glibc 2.36, what is linked as usual asks for symbols of that version. So the kit has, beside the static libraries, shared
ones to link with that stand for those of glibc 2.31: the same names with the newest version that was there then, and nothing in them.
They are made of what the libraries here still define for old executables. What is newer and yet named by libraries that were made on this
machine is in libc_compat.a (compat.cpp), and the start file calls constructors as start files did then (start.S): glibc has done it
itself since 2.34.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM, SHARED = Path("/usr/lib/x86_64-linux-gnu"), Path("/lib/x86_64-linux-gnu")
GCC = Path("/usr/lib/gcc/x86_64-linux-gnu/12")
COPIED = [SYSTEM / name for name in ("rcrt1.o", "crti.o", "crtn.o", "libc.a", "libm-2.36.a", "libmvec.a", "libc_nonshared.a")]
COPIED += [GCC / name for name in ("crtbeginS.o", "crtendS.o", "libgcc.a", "libgcc_eh.a", "libstdc++.a")]
OLDEST = (2, 31)

# What was in a library of its own until 2.34, and is in libc.so.6 since: by names; else it is of libpthread.so.0.
MOVED = (("libdl.so.2", r"dl(addr|addr1|close|error|info|mopen|open|sym|vsym)"), ("librt.so.1", r"(aio|lio|mq|shm|timer)_\w+"))
SYMBOL = re.compile(r"^\s*\d+: ([0-9a-f]+) +(\d+) (FUNC|IFUNC|OBJECT) +(GLOBAL|WEAK) +DEFAULT +(\w+) ([\w.]+)(@@?)GLIBC_([\d.]+)$", re.M)


def version(text):
    return tuple(int(part) for part in text.split("."))


def symbols(library):
    """{name: (version, kind, size, address, moved)} of what was there: the newest version of each that is not too new."""
    listed = subprocess.run(["readelf", "--dyn-syms", "-W", library], check=True, text=True, capture_output=True).stdout
    newest, found = {}, {}
    for address, size, kind, _, section, name, _, number in SYMBOL.findall(listed):
        if section == "UND":
            continue
        newest[name] = max(newest.get(name, ()), version(number))
        if version(number) <= OLDEST and (name not in found or version(found[name][0]) < version(number)):
            found[name] = (number, kind, int(size), address)
    return {name: (*what, newest[name] > OLDEST) for name, what in found.items()}


def stub(cxx, lld, output, soname, names):
    """A shared library that defines these names, for the linker only."""
    text, nodes, data = [".text\n"], {}, {}
    for name, (number, kind, size, address, _) in sorted(names.items()):
        nodes.setdefault(number, []).append(name)
        if kind == "OBJECT":
            data.setdefault(address, []).append((name, size))
        else:
            text.append(f".globl {name}\n.type {name}, @function\n{name}: nop\n")
    # Names of one variable (environ and __environ) stay that: an executable may have the variable in the library's place.
    text.append(".bss\n")
    for aliases in data.values():
        text += [".balign 32\n"] + [f".globl {name}\n.type {name}, @object\n.size {name}, {size}\n{name}:\n" for name, size in aliases]
        text.append(f".zero {max(size for _, size in aliases)}\n")
    source, script, made = output / "stub.s", output / "stub.map", output / "stub.o"
    source.write_text("".join(text))
    parts = [f"GLIBC_{number} {{ global: {'; '.join(nodes[number])}; }};" for number in sorted(nodes, key=version)]
    script.write_text("\n".join(parts) + "\nREST { local: *; };\n")
    subprocess.run([cxx, "-c", source, "-o", made], check=True)
    subprocess.run([lld, "-shared", f"-soname={soname}", f"--version-script={script}", made, "-o", output / soname], check=True)
    for file in (source, script, made):
        file.unlink()


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    cxx, lld, output = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    for file in COPIED:
        shutil.copy(file, output)
    shares = {"libc.so.6": {}, "libpthread.so.0": {}, "libdl.so.2": {}, "librt.so.1": {}}
    for name, what in symbols(SHARED / "libc.so.6").items():
        home = "libc.so.6"
        if what[4]:
            home = next((library for library, pattern in MOVED if re.fullmatch(pattern, name)), "libpthread.so.0")
        shares[home][name] = what
    shares["libm.so.6"] = symbols(SHARED / "libm.so.6")
    shares["ld-linux-x86-64.so.2"] = symbols(SHARED / "ld-linux-x86-64.so.2")
    for soname, names in shares.items():
        stub(cxx, lld, output, soname, names)
    subprocess.run([cxx, "-c", HERE / "start.S", "-o", output / "Scrt1.o"], check=True)
    made = output / "compat.o"
    subprocess.run([cxx, "-std=c++20", "-O2", "-fPIC", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden", "-ffunction-sections",
                    "-c", HERE / "compat.cpp", "-o", made], check=True)
    subprocess.run(["ar", "rcsD", output / "libc_compat.a", made], check=True)
    made.unlink()
    needed = " ".join(f"-l:{name}" for name in ("libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux-x86-64.so.2"))
    for script, line in (("libc.so", f"GROUP ( -l:libc.so.6 -l:libc_nonshared.a -l:libc_compat.a AS_NEEDED ( {needed} ) )"),
                         ("libm.so", "INPUT ( -l:libm.so.6 )"), ("libm.a", "GROUP ( -l:libm-2.36.a -l:libmvec.a )")):
        (output / script).write_text(f"OUTPUT_FORMAT(elf64-x86-64)\n{line}\n")


main()
