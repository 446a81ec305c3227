# Installs the build, moves the result elsewhere and uses it there.
# Usage: CheckInstall.sh cmake build-folder scratch-folder shell [python]
set -eu
rm -rf "$3"
mkdir -p "$3"
"$1" --install "$2" --prefix "$3/first place" >"$3/install.log"
mv "$3/first place" "$3/moved"
# Both trees are laid out alike, and no file names the place of the build.
for file in enable.sh bin/popc bin/popgraph bin/popgraph-validate lib/libpoplar.so lib/libpva.so lib/libpvti.so lib/popops.gp lib/popgraph/device/math.bc \
  lib/cmake/poplar/poplar-config.cmake include/poplar/Graph.hpp include/poplar/Vertex.hpp include/popops/Expr.hpp; do
  [ -e "$3/moved/$file" ] || { echo "FAILED: $file is not installed"; exit 1; }
done
(cd "$2/sdk" && find include enable.sh lib -type f ! -name '*.so' ! -name '*.pyc' | sort) >"$3/built"
(cd "$3/moved" && find include enable.sh lib -type f ! -name '*.so' ! -name '*.pyc' | sort) >"$3/installed"
diff "$3/built" "$3/installed"
if grep -rIlF "$2" "$3/moved"; then
  echo "FAILED: these files name the build folder"
  exit 1
fi
for part in plain libraries cmake; do
  "$4" "$(dirname "$0")/CheckSdk.sh" "$3/moved" "$3/scratch" "$part"
done
if [ -n "${5:-}" ]; then
  # Away from the build, so that only the moved tree can be what is found.
  found=$(cd / && PYTHONPATH=$3/moved/python "$5" -c 'import popgraph; print(popgraph.__file__)')
  [ "$found" = "$3/moved/python/popgraph/__init__.py" ] || { echo "FAILED: Python found $found"; exit 1; }
fi
