# What a user does with an SDK, in an empty folder outside the tree: enable it, compile with g++, pkg-config and CMake,
# run. Run by bash and by dash. Usage: CheckSdk.sh sdk-folder scratch-folder plain|libraries|cmake
set -eu
sdk=$1
scratch=$2
part=$3
source=$(cd "$(dirname "$0")" && pwd)
rm -rf "$scratch"
mkdir -p "$scratch/run"
cp "$source/Program.cpp" "$source/Libraries.cpp" "$scratch"
cp "$source/Codelet.cpp" "$scratch/run"
cp -r "$source/project" "$scratch"
unset LD_LIBRARY_PATH LIBRARY_PATH CPLUS_INCLUDE_PATH CMAKE_PREFIX_PATH PKG_CONFIG_PATH PYTHONPATH POPLAR_SDK_ENABLED
export POPGRAPH_CACHE="$scratch/cache"

check() { # program...: runs it where its codelet file is
  result=$(cd "$scratch/run" && "$@")
  if [ "$result" != "0 3 6 9 12 15 18 21 " ]; then
    echo "FAILED: $* printed '$result'"
    exit 1
  fi
}

cd "$(dirname "$sdk")"
. "./$(basename "$sdk")/enable.sh" 2>"$scratch/said"
if [ -s "$scratch/said" ]; then
  cat "$scratch/said"
  exit 1
fi
before=$PATH:$LD_LIBRARY_PATH:$CPLUS_INCLUDE_PATH:$CMAKE_PREFIX_PATH
. "$sdk/enable.sh"
if [ "$before" != "$PATH:$LD_LIBRARY_PATH:$CPLUS_INCLUDE_PATH:$CMAKE_PREFIX_PATH" ]; then
  echo "FAILED: sourcing enable.sh twice changed the environment"
  exit 1
fi
[ "$(command -v popc)" = "$POPLAR_SDK_ENABLED/bin/popc" ]
popc --version >"$scratch/version"
popgraph --version >>"$scratch/version"
cd "$scratch"

if [ "$part" = plain ]; then
  # Any order of the libraries will do.
  g++ -std=c++11 -Wall -Wextra -Werror Program.cpp -lpoplar -lpoputil -lpopops -o first
  g++ -std=c++11 Program.cpp -Wl,--as-needed -lpopops -lpoputil -lpoplar -o last
  check "$scratch/first"
  check "$scratch/last"
elif [ "$part" = libraries ]; then
  # Every library that the SDK has, alone and all in any order; Libraries.cpp must know how to use each.
  libraries=$(cd "$POPLAR_SDK_ENABLED/lib/pkgconfig" && ls -- *.pc | sed 's/[.]pc$//')
  all= forward= backward=
  for library in $libraries; do
    case $library in pva | pvti) needs= ;; poplar) needs= ;; *) needs=poplar ;; esac
    g++ -std=c++11 -pedantic -Wall -Wextra -Werror "-DUSE_$library" ${needs:+-DUSE_poplar} -c Libraries.cpp -o one.o
    for flags in "-l$library ${needs:+-lpoplar}" "$(pkg-config --libs "$library")"; do
      g++ one.o $flags -o one
      ./one | grep -qx "$library" || { echo "FAILED: lib$library alone, with $flags"; exit 1; }
    done
    all="$all -DUSE_$library" forward="$forward -l$library" backward="-l$library $backward"
  done
  g++ -std=c++11 $all -c Libraries.cpp -o all.o
  for order in "all.o $forward" "all.o $backward" "-Wl,--no-as-needed $backward all.o" "-Wl,--as-needed all.o $forward"; do
    g++ $order -o every
    [ "$(./every | sort)" = "$(echo "$libraries" | sort)" ] || { echo "FAILED: linked as $order"; exit 1; }
  done
else
  # Each of these must be able to find everything without the variables that are for compilers and the loader.
  unset LIBRARY_PATH CPLUS_INCLUDE_PATH
  g++ -std=c++11 Program.cpp $(pkg-config --cflags --libs popops) -o packaged
  check "$scratch/packaged"
  unset LD_LIBRARY_PATH
  cmake -G Ninja -S project -B cmake -DCMAKE_BUILD_TYPE=Debug >cmake.log
  cmake --build cmake >>cmake.log || { cat cmake.log; exit 1; }
  for program in plain namespaced components classic; do
    check "$scratch/cmake/$program"
  done
fi
echo "fine: $sdk"
