#!/bin/sh
# Every public header compiles alone, as C++11, without a warning; all of them together do as C++14, 17 and 20; so do,
# under all four, the programs beside this script, which use the headers as users do. No header minds macros whose names
# are single capitals, which programs define as sizes (-DN=1024).
# Usage: headers.sh compiler include-dir...
compiler=$1
shift
includes=
headers=
for dir; do
  includes="$includes -I $dir"
  headers="$headers $(find "$dir" -name '*.hpp' | sort | sed "s|^$dir/||")"
done
failed=0
count=0
compiles() { # name flags...: compiles standard input or the file among the flags
  name=$1
  shift
  count=$((count + 1))
  "$compiler" -pedantic -Wall -Wextra -Werror -fsyntax-only $includes "$@" ||
    { echo "FAILED: $compiler $name"; failed=$((failed + 1)); }
}
for header in $headers; do
  printf '#include "%s"\nint main() { return 0; }\n' "$header" >header.$$.cpp
  compiles "$header" -std=c++11 header.$$.cpp
done
for standard in c++14 c++17 c++20; do
  for header in $headers; do
    printf '#include "%s"\n' "$header"
  done >header.$$.cpp
  echo 'int main() { return 0; }' >>header.$$.cpp
  compiles "all headers as $standard" -std=$standard header.$$.cpp
done
letters= sum=0
for letter in A B C D E F G H I J K L M N O P Q R S T U V W X Y Z; do
  letters="$letters -D$letter=3" sum="$sum + $letter"
done
echo "static_assert($sum == 26 * 3, \"the macros are still there\");" >>header.$$.cpp
compiles "all headers with capitals as macros" -std=c++17 $letters header.$$.cpp
rm -f header.$$.cpp
for program in "$(dirname "$0")"/*.cpp; do
  for standard in c++11 c++14 c++17 c++20; do
    compiles "$program as $standard" -std=$standard "$program"
  done
done
echo "$count compilations, $failed failures"
test "$count" -gt 0 && test "$failed" -eq 0
