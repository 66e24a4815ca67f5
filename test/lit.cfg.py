# The test suites. Run with GENE_BUILD naming a build folder (default build/release):
#   /usr/lib/llvm-22/bin/lit -v test/language
# run_all.py loads it once for each of its suites, whose settings stand for variables of the environment.
import glob
import os
import shutil
import subprocess
import sys

import lit.formats

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "tools"))

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
settings = os.environ | getattr(config, "gene_settings", {})
build = os.path.abspath(settings.get("GENE_BUILD", os.path.join(root, "build", "release")))
llvm = "/usr/lib/llvm-22/bin"

config.name = getattr(config, "gene_suite", "gene")
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = getattr(config, "gene_folder", os.path.join(build, "test"))
config.suffixes = [".test", ".ir"]
config.excludes = ["tools", "CMakeLists.txt"]
config.test_format = lit.formats.ShTest(execute_external=True)
config.gene_build = build
config.gene_units = settings.get("GENE_TEST_UNITS", "")  # which suites of the unit tests: a regular expression
config.gene = os.path.join(build, "bin", "gene")

config.environment["PATH"] = os.pathsep.join([llvm, "/usr/bin", "/bin"])
config.environment["GENE_BUILD"] = build
config.environment["GENE_CACHE"] = "off"  # native code of earlier runs: the tests of the cache name a folder of theirs
if settings.get("GENE_TEST_SLOW"):
    config.available_features.add("slow")  # what takes minutes: ./dev test runs it
if glob.glob("/usr/lib/postgresql/*/bin/initdb"):  # Debian's package postgresql
    config.available_features.add("postgres")
if shutil.which("chromium", path="/usr/bin:/bin") and shutil.which("chromedriver", path="/usr/bin:/bin"):
    config.available_features.add("chromium")  # Debian's packages chromium and chromium-driver
if os.geteuid() == 0 and all(shutil.which(tool, path="/usr/bin:/bin") for tool in ("mmdebstrap", "lintian", "git")):
    config.available_features.add("bare-roots")  # bare Debian systems can be made and entered
if os.path.exists("/usr/include/zlib.h"):
    config.available_features.add("zlib")
if shutil.which("pkg-config", path="/usr/bin:/bin") and shutil.which("cc", path="/usr/bin:/bin"):
    config.available_features.add("pkg-config")
if os.path.exists(os.path.join(root, "build/editors/vscode/node_modules/.package.json")):
    config.available_features.add("vscode-tools")  # what `./dev editors` installs with npm
tree_sitter = os.path.join(root, "build/editors/tree-sitter/node_modules/tree-sitter-cli/tree-sitter")  # likewise
if os.path.exists(tree_sitter):
    config.available_features.add("tree-sitter")
for tool in ("emacs", "faketime", "gdb", "make", "node", "openssl", "vim"):
    if shutil.which(tool, path="/usr/bin:/bin"):
        config.available_features.add(tool)
for name in ("GENE_STRESS", "GENE_TEST_CACHE", "GENE_TEST_ENTERED", "GENE_TEST_PARTS", "GENE_TEST_STRESS", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS",
             "LLVM_PROFILE_FILE"):
    if name in settings:
        config.environment[name] = settings[name]
config.substitutions += [
    ("%both", f"python3 {root}/test/tools/both.py --gene {config.gene}"),
    ("%gene", config.gene),
    ("%root", root),
    ("%tree-sitter", tree_sitter),
    ("%build", build),
    ("%python", "python3"),
    ("%part", settings.get("GENE_TEST_PART", "1/1")),  # K/N: of what a test does, one of N parts
]
