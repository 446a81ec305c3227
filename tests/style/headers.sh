#!/bin/sh
# Every public header compiles alone, as C++11, without a warning, under each compiler given; so do the programs beside
# this script, which use the headers as users do.
# Usage: headers.sh "compiler ..." include-dir...
compilers=$1
shift
includes=
for dir; do includes="$includes -I $dir"; done
failed=0
count=0
for dir; do
  for header in $(find "$dir" -name '*.hpp' | sort); do
    for compiler in $compilers; do
      count=$((count + 1))
      printf '#include "%s"\nint main() { return 0; }\n' "${header#"$dir"/}" |
        "$compiler" -std=c++11 -pedantic -Wall -Wextra -Werror -fsyntax-only -x c++ $includes - ||
        { echo "FAILED: $compiler $header"; failed=$((failed + 1)); }
    done
  done
done
for program in "$(dirname "$0")"/*.cpp; do
  for compiler in $compilers; do
    count=$((count + 1))
    "$compiler" -std=c++11 -pedantic -Wall -Wextra -Werror -fsyntax-only $includes "$program" ||
      { echo "FAILED: $compiler $program"; failed=$((failed + 1)); }
  done
done
echo "$count compilations, $failed failures"
test "$count" -gt 0 && test "$failed" -eq 0
