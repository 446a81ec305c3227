# One program, built with each of the two layouts of std::string and the same libraries, prints the same.
# Usage: CheckStrings.sh sdk-folder scratch-folder
set -eu
sdk=$1
scratch=$2
source=$(cd "$(dirname "$0")" && pwd)
rm -rf "$scratch"
mkdir -p "$scratch"
cp "$source/Strings.cpp" "$source/Codelet.cpp" "$scratch"
. "$sdk/enable.sh" 2>/dev/null
cd "$scratch"
export POPGRAPH_CACHE="$scratch/cache"
for new in 0 1; do
  g++ -std=c++11 -Wall -Wextra -Werror -D_GLIBCXX_USE_CXX11_ABI=$new Strings.cpp -lpopops -lpoputil -lpoplar -o strings$new
  "./strings$new" >said$new 2>&1 || { echo "FAILED: layout $new"; cat said$new; exit 1; }
done
diff said0 said1
for expected in '84 210 1' 'mapped: \[21.0000000 42.0000000 63.0000000 84.0000000\]' '^application_runtime_error: .*stopped' \
  '^unknown_vertex_type: ' '^poplibs_error: refused'; do
  grep -q -- "$expected" said0 || { echo "FAILED: there is no '$expected' in:"; cat said0; exit 1; }
done
! grep "nothing was thrown" said0
