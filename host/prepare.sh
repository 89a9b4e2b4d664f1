#!/bin/sh
# Makes a bare Debian 12 or 13 able to run Hearth: says everything that is in the way before it changes
# anything, then installs the packages that are missing. Quick when nothing is.
set -eu

MIN_DISK_MIB=10240  # images of all runtimes, their layers, and containerd's unpacked copy
MIN_MEMORY_MIB=3800 # two warm sandboxes of each language, and one program at its limit
OLDEST_RUNSC=20240729

dev=no
[ "${1:-}" = --dev ] && dev=yes

# Whatever ends it, none of its temporary folders stays.
unpacked="" lists=""
trap 'rm -rf "$unpacked" "$lists"' EXIT

problems=""
problem() { problems="$problems  - $1
"; }

runsc_release() { runsc --version 2>/dev/null | sed -n 's/^runsc version .*\(20[0-9]\{6\}\).*/\1/p'; }
runsc_is_new() { [ "$(runsc_release || true)" -ge "$OLDEST_RUNSC" ] 2>/dev/null; }
# Which of these packages are not installed.
missing() {
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
  done
}

# ---- what is in the way ----
[ "$(id -u)" -eq 0 ] || problem "You are not root. Sandboxes need cgroups, mounts and namespaces: run it with sudo."
# shellcheck disable=SC1091
[ ! -r /etc/os-release ] || . /etc/os-release
codename=${VERSION_CODENAME:-unknown}
case "${ID:-}:$codename" in
  debian:bookworm | debian:trixie) ;;
  *) problem "This is ${PRETTY_NAME:-an unknown system}. Hearth installs itself on Debian 12 and 13." ;;
esac
command -v apt-get >/dev/null || problem "There is no apt-get."
grep -q overlay /proc/filesystems || modprobe -n overlay 2>/dev/null ||
  problem "The kernel has no overlayfs (CONFIG_OVERLAY_FS)."
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  for controller in memory cpu cpuset pids; do
    grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers ||
      problem "The cgroup controller $controller is off. Remove cgroup_disable=$controller from the kernel's command line."
  done
else
  for controller in memory cpu cpuset pids; do
    [ -d /sys/fs/cgroup/$controller ] ||
      problem "No cgroup controller $controller is mounted below /sys/fs/cgroup. Mount cgroup v2: mount -t cgroup2 none /sys/fs/cgroup"
  done
fi
state=${HEARTH_STATE_DIR:-/var/lib/hearth}
there=$state
until [ -d "$there" ]; do there=$(dirname "$there"); done
disk=$(df -Pm "$there" | awk 'NR==2 {print $4}')
[ -d "$state/images" ] || [ "$disk" -ge $MIN_DISK_MIB ] ||
  problem "$there has $disk MiB free; $MIN_DISK_MIB are needed. Free some, or set HEARTH_STATE_DIR."
memory=$(awk '/^MemTotal/ {print int($2/1024)}' /proc/meminfo)
[ "$memory" -ge $MIN_MEMORY_MIB ] || problem "The machine has $memory MiB of memory; $MIN_MEMORY_MIB are needed."

packages="python3 python3-venv mmdebstrap zstd debian-archive-keyring musl-tools gcc libc6-dev"
# Docker's packages bring a containerd of their own, which serves as well and excludes Debian's.
command -v containerd >/dev/null && command -v containerd-shim-runc-v2 >/dev/null && command -v ctr >/dev/null ||
  packages="$packages containerd"
[ $dev = no ] || packages="$packages g++ clang libclang-rt-14-dev openssl postgresql wrk"
if [ $dev = yes ] && [ "$codename" = trixie ]; then
  packages=$(echo "$packages" | sed 's/libclang-rt-14-dev/libclang-rt-19-dev/')
fi
if command -v runsc >/dev/null && ! runsc_is_new && ! dpkg-query -W runsc >/dev/null 2>&1; then
  problem "$(command -v runsc) is older than $OLDEST_RUNSC and no package of Debian's. Replace it, or take it out of PATH."
fi

if [ -n "$problems" ]; then
  printf 'Hearth cannot run here yet:\n%s' "$problems" >&2
  exit 1
fi

# ---- what is missing ----
# shellcheck disable=SC2086
packages=$(missing $packages)
if [ -n "$packages" ]; then
  echo "==> installing: $packages"
  apt-get update -qq
  case $packages in
    *postgresql*)
      # The tests start servers of their own; Debian's package would start one for the machine.
      mkdir -p /etc/postgresql-common/createcluster.d
      echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/hearth.conf
      ;;
  esac
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi

if [ $dev = yes ] && ! command -v promtool >/dev/null; then
  echo "==> installing: promtool (of Debian's prometheus)"
  # Nothing else of the package: it would start a server, and wants a browser's worth of JavaScript.
  unpacked=$(mktemp -d)
  apt-get update -qq
  # As root: apt's own user may not write to the folder.
  (cd "$unpacked" && apt-get -qq -o APT::Sandbox::User=root download prometheus)
  dpkg-deb --fsys-tarfile "$unpacked"/prometheus_*.deb >"$unpacked/files.tar"
  mkdir -p /usr/local/bin
  tar -xf "$unpacked/files.tar" -C /usr/local/bin --strip-components=3 ./usr/bin/promtool
fi

if ! runsc_is_new; then
  suite=trixie
  [ "$codename" = trixie ] || suite=$codename-backports
  echo "==> installing: runsc (from $suite)"
  # From the machine's own archive, through lists of its own: the machine's sources stay as they are.
  lists=$(mktemp -d)
  chmod 755 "$lists"
  archive=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' |
    awk -v suite="$codename" '$2 == suite && $3 == "Debian" {print $1; exit}')
  if [ -z "$archive" ]; then
    echo "No archive of $codename is among apt's sources; add one, then run this again." >&2
    exit 1
  fi
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keyring] $archive $suite main" >"$lists/hearth.list"
  mkdir -p "$lists/state/partial"
  private() {
    apt-get -qq -o Dir::Etc::SourceList="$lists/hearth.list" -o Dir::Etc::SourceParts=/dev/null \
      -o Dir::State::Lists="$lists/state" "$@"
  }
  private update
  DEBIAN_FRONTEND=noninteractive private install -y --no-install-recommends -t "$suite" runsc >/dev/null
  if ! runsc_is_new; then
    echo "runsc is $(runsc --version | head -n 1); $OLDEST_RUNSC or later is needed." >&2
    exit 1
  fi
fi
