#!/bin/sh
# Installs what popgraph needs to build, test and run on Debian 12 or Ubuntu 24.04.
# Safe to repeat: packages that are present are left alone and nothing is downloaded for them.
set -eu

packages="g++ cmake make ninja-build pkg-config
  llvm-19-dev libclang-19-dev libclang-cpp19-dev clang-19
  libtbb-dev libboost-graph-dev libspdlog-dev catch2 doxygen pybind11-dev python3-clang-19 python3-dev python3-numpy
  nlohmann-json3-dev libcli11-dev libsqlite3-dev libzstd-dev libxxhash-dev zlib1g-dev"

# Ubuntu ships Chromium as a snap only; the report test that drives a browser is skipped there, by name.
if apt-cache show chromium 2>/dev/null | grep -q '^Version: [0-9]*\.'; then
  packages="$packages chromium"
fi

missing=
for package in $packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "setup: everything is installed"
  exit 0
fi

run=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run as root, or install sudo" >&2; exit 1; }
  run=sudo
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -q
# shellcheck disable=SC2086  # the list is words on purpose
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
