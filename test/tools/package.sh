#!/usr/bin/env bash
# Tries the packages on machines that have nothing: bare Debian roots, made by mmdebstrap, entered by chroot.
#
#   test/tools/package.sh [--keep] [FOLDER]
#
# `./dev package FOLDER/made` makes them. lintian has to find no error and no warning in the Debian packages. They are installed by apt in one root; in
# others, among them a Debian 11 with glibc 2.31 where it can be had, the archive is unpacked to a folder with a blank and letters beyond
# ASCII, for a user whose home cannot be written to. There is no compiler in any of them. The same programs are run, compiled to executables of both kinds and run as those. FOLDER (a new one below /var/tmp) is
# removed at the end, unless --keep. Needs root.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # chroot
here=$(cd "$(dirname "$0")/../.." && pwd)
keep= folder=
for word in "$@"; do
  case $word in
  --keep) keep=1 ;;
  -*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
  *) folder=$word ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "package.sh: needs root" >&2; exit 2; }
for tool in mmdebstrap lintian; do
  command -v $tool > /dev/null || apt-get install -y -qq --no-install-recommends $tool >&2
done
[ -n "$folder" ] || folder=$(mktemp -d /var/tmp/gene-package.XXXXXX)
[ -n "$keep" ] || trap 'rm -rf --one-file-system "$folder"' EXIT
mkdir -p "$folder"
say() { echo "--- $*" >&2; }

say "./dev package"
XZ_DEFAULTS=-1 "$here/dev" package "$folder/made" # packed lightly: that is half of the time of all this
deb=$(echo "$folder"/made/gene_*_amd64.deb)
dev=$(echo "$folder"/made/gene-dev_*_amd64.deb)
archive=$(echo "$folder"/made/gene-*-x86_64-linux.tar.xz)
say "lintian"
lintian --allow-root --fail-on error,warning "$deb" "$dev"

say "what the archive needs of glibc"
tree=${archive%.tar.xz}
newest=$(readelf -VW "$tree/bin/gene" "$tree/lib/gene/libgene_llvm.so" | grep -o 'GLIBC_[A-Z0-9.]*' | sed 's/GLIBC_//' | sort -V | tail -1)
[ "$(printf '%s\n' "$newest" 2.31 | sort -V | tail -1)" = 2.31 ] || { echo "glibc $newest" >&2; exit 1; }

say "a program in C, linked as the archive's gene.pc says"
sed -n 's/^Libs: //p' "$tree/lib/pkgconfig/gene.pc" | tr ' ' '\n' | grep '^/' && { echo "gene.pc names a file of this machine" >&2; exit 1; }
mkdir -p "$folder/host"
flags=$(PKG_CONFIG_PATH=$tree/lib/pkgconfig pkg-config --cflags --libs gene)
# shellcheck disable=SC2086 # words of a command
cc -std=c99 "$here/docs/examples/embed/host.c" -o "$folder/host/host" $flags
(cd "$here/docs/examples/embed" && "$folder/host/host" prices.gene) | grep -c 'prices.gene wants 1.50 for 3 apples' > /dev/null

if [ ! -x "$folder/deb/usr/bin/apt-get" ]; then
  say "bare roots in $folder"
  mmdebstrap --quiet --variant=apt --mode=root bookworm "$folder/deb" \
    "deb http://deb.debian.org/debian bookworm main" \
    "deb http://deb.debian.org/debian bookworm-updates main" \
    "deb http://deb.debian.org/debian-security bookworm-security main"
fi
[ -d "$folder/tar" ] || cp -a "$folder/deb" "$folder/tar"
[ -x "$folder/old/bin/bash" ] || mmdebstrap --quiet --variant=essential --mode=root bullseye "$folder/old" \
  "deb http://deb.debian.org/debian bullseye main" || { rm -rf "$folder/old"; say "no Debian 11 to be had: glibc 2.31 is not tried"; }
cp -L /etc/resolv.conf /etc/hosts "$folder/deb/etc/"
cp -rL /etc/apt/apt.conf.d/. "$folder/deb/etc/apt/apt.conf.d/" 2> /dev/null || true

# inside ROOT USER SCRIPT [arguments]: in that root, with nothing of this environment but what reaches the packages.
inside() {
  local root=$folder/$1 user=$2 variables=(LANG=C.UTF-8) name
  shift 2
  for name in http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || variables+=("$name=${!name}")
  done
  unshare --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp" &&
    exec chroot --userspec="$1" "$0" /usr/bin/env -i "${@:3}" /bin/bash -euc "$2" package.sh "$EXTRA"' \
    "$root" "$user" "$1" PATH=/usr/sbin:/usr/bin:/sbin:/bin "${variables[@]}"
}

# What is tried in both: $1 is the command. Nothing may be left behind but in the working folder.
tries='
gene=$1
! command -v cc gcc g++ clang c++ || { echo "there is a compiler"; exit 1; }
"$gene" --version
"$gene" run tour.gene > run.out
"$gene" eval -p "(1 + 2)"
for kind in "" --static; do
  "$gene" build tour.gene -o "a program" $kind
  "./a program" > build.out
  cmp run.out build.out
  "$gene" build evaluator.gene -o evaluator $kind
  test "$(./evaluator)" = "42 [a c] Ä"
  "$gene" build "in a folder ü/main program.gene" -o main $kind
  test "$(./main)" = "from a folder"
done
# `gene run` finds its linker, too: what it keeps is native code.
GENE_CACHE=$PWD/cache "$gene" cache add tour.gene
GENE_CACHE=$PWD/cache "$gene" run tour.gene | cmp - run.out
GENE_CACHE=$PWD/cache "$gene" cache | grep -c tour.gene > /dev/null
'
# files ROOT: the programs, in /try of that root.
files() {
  local try=$folder/$1/try
  rm -rf "$try"
  mkdir -p "$try/in a folder ü"
  cp "$here/docs/examples/tour.gene" "$try"
  echo '(println (eval `(6 * 7)) ("abc" .scan #/[ac]/) ("ä" .to_uppercase))' > "$try/evaluator.gene"
  echo '(fn from_folder [] "from a folder") (export [from_folder])' > "$try/in a folder ü/a part.gene"
  echo '(import from_folder from "./a part") (println (from_folder))' > "$try/in a folder ü/main program.gene"
}

say "$(basename "$deb"), installed by apt"
files deb
cp "$deb" "$folder/deb/gene.deb"
EXTRA= inside deb root:root 'apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /gene.deb > /dev/null' 2> "$folder/apt.log" ||
  { cat "$folder/apt.log" >&2; exit 1; }
EXTRA=gene inside deb root:root "cd /try; $tries
  zcat /usr/share/man/man1/gene.1.gz | grep -c '^.SS gene run' > /dev/null
  . /usr/share/bash-completion/completions/gene
  dpkg --verify gene
  ! test -e /usr/include/gene.h"

say "$(basename "$dev"), with a compiler"
cp "$dev" "$folder/deb/gene-dev.deb"
cp -r "$here/docs/examples/embed" "$here/docs/examples/zlib" "$folder/deb/try/"
EXTRA= inside deb root:root "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /gene-dev.deb gcc pkgconf zlib1g-dev > /dev/null
  dpkg --verify gene-dev
  cd /try/embed
  cc -std=c99 host.c -o host \$(pkg-config --cflags --libs gene)
  ./host prices.gene | grep -c 'prices.gene wants 1.50 for 3 apples' > /dev/null
  cd /try/zlib
  cc -shared -fPIC zlib.c -o zlib.so \$(pkg-config --cflags gene) -lz
  gene run zlib.gene | grep -c . > /dev/null
  apt-get purge -y -qq gene gene-dev > /dev/null
  ! command -v gene; ! test -e /usr/lib/gene; ! test -e /usr/include/gene.h" 2> "$folder/apt.log" || { cat "$folder/apt.log" >&2; exit 1; }

for root in tar old; do
  [ -d "$folder/$root" ] || continue
  say "$(basename "$archive"), unpacked by a user with a read-only home and no TMPDIR, Debian $(cat "$folder/$root/etc/debian_version")"
  files $root
  place="$folder/$root/opt/tools of ü"
  rm -rf "$place"
  mkdir -p "$place" "$folder/$root/home/reader"
  tar -xf "$archive" -C "$place"
  mv "$place"/gene-* "$place/gene"
  chmod 555 "$folder/$root/home/reader"
  chown -R 1234:1234 "$folder/$root/try"
  EXTRA="/opt/tools of ü/gene/bin/gene" inside $root 1234:1234 "export HOME=/home/reader LD_BIND_NOW=1; cd /try; $tries"
done
echo "package.sh: all packages work" >&2
