#!/bin/sh
# Libraries that programs built with either layout of std::string can link: what they export and other code must find by
# name mentions no type of the new layout (`cxx11` in the mangled name). Weak symbols are inline functions and templates,
# of which every program has copies under names of its own.
# Usage: CheckAbi.sh library...
failed=0
for library; do
  symbols=$(nm -D --defined-only "$library") || exit 1
  strong=$(echo "$symbols" | awk '$2 !~ /[WVu]/ { print $3 }')
  test -n "$strong" || { echo "FAILED: $library exports nothing"; failed=1; }
  found=$(echo "$strong" | grep cxx11 | c++filt)
  if [ -n "$found" ]; then
    echo "FAILED: $library exports names of one layout of std::string only:"
    echo "$found"
    failed=1
  fi
done
exit $failed
