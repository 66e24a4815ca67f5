#!/usr/bin/env bash
# Proves README.md's two commands on a machine that has nothing: a bare Debian 12, made by mmdebstrap, entered by chroot.
#
#   test/tools/bare.sh [--short] [--keep] [--ccache] [FOLDER]
#
# The commit that is checked out is cloned into FOLDER/gene (a new folder below /var/tmp by default); what is not committed is not
# tested. `./dev run docs/examples/tour.gene` has to print what the VM prints, then `./dev test` has to pass: half an hour of CPU.
# --short runs some suites of the release build instead. --keep leaves FOLDER, which a later run with it goes on with.
# --ccache lends the root this machine's compiler cache: it then shows that what is needed is installed, not that all of it compiles. Needs
# root.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
short= keep= cache= folder=
for word in "$@"; do
  case $word in
  --short) short=1 ;;
  --keep) keep=1 ;;
  --ccache) cache=$(ccache --get-config cache_dir) ;;
  -*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
  *) folder=$word ;;
  esac
done
[ "$(id -u)" -eq 0 ] || { echo "bare.sh: needs root" >&2; exit 2; }
command -v mmdebstrap > /dev/null || apt-get install -y -qq --no-install-recommends mmdebstrap >&2
[ -n "$folder" ] || folder=$(mktemp -d /var/tmp/gene-bare.XXXXXX)
[ -n "$keep" ] || trap 'rm -rf --one-file-system "$folder"' EXIT

if [ ! -x "$folder/usr/bin/apt-get" ]; then
  echo "--- a bare Debian 12 in $folder" >&2
  mkdir -p "$folder"
  mmdebstrap --quiet --variant=apt --mode=root bookworm "$folder" \
    "deb http://deb.debian.org/debian bookworm main" \
    "deb http://deb.debian.org/debian bookworm-updates main" \
    "deb http://deb.debian.org/debian-security bookworm-security main"
fi
rm -rf "$folder/gene"
git clone -q "file://$here" "$folder/gene"
# What names of hosts mean, and how packages are fetched, is the machine's affair.
cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
cp -rL /etc/apt/apt.conf.d/. "$folder/etc/apt/apt.conf.d/" 2> /dev/null || true

# inside COMMAND: in the bare root, in /gene, with nothing of this environment but what reaches the packages.
inside() {
  local variables=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8) name
  for name in http_proxy https_proxy no_proxy; do
    [ -z "${!name:-}" ] || variables+=("$name=${!name}")
  done
  [ -z "$cache" ] || variables+=(CCACHE_DIR=/ccache CCACHE_BASEDIR=/gene CCACHE_NOHASHDIR=1)
  mkdir -p "$folder/ccache"
  unshare --mount --pid --fork --kill-child bash -c '
    mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp" &&
    { [ -z "$1" ] || mount --bind "$1" "$0/ccache"; } &&
    exec chroot "$0" /usr/bin/env -i "${@:3}" /bin/bash -c "cd /gene && $2"' "$folder" "$cache" "$1" "${variables[@]}"
}

echo "--- ./dev run docs/examples/tour.gene" >&2
inside "./dev run docs/examples/tour.gene" > "$folder/tour.out"
inside "build/release/bin/gene run docs/examples/tour.gene" | cmp - "$folder/tour.out"
[ -s "$folder/tour.out" ]

if [ -n "$short" ]; then
  echo "--- some suites" >&2
  inside "/usr/lib/llvm-22/bin/lit -sv test/cli test/bench test/lint test/docs test/llvm test/ir"
else
  echo "--- ./dev test" >&2
  inside "./dev test"
fi
echo "bare.sh: both commands pass" >&2
