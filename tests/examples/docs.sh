#!/bin/bash
# The documentation shows the programs that were built here, and what they print.
. "$(dirname "$0")/support.bash"
"$root/tools/docs-check" "$build" || fail "tools/docs-check --write BUILD brings the pages up to date"

# Links from page to page lead somewhere.
cd "$root"
for page in *.md docs/*.md docs/guide/*.md; do
    for link in $(grep -oE '\]\([^)#]+' "$page" | cut -c3- | grep -vE '^[a-z]+:' || true); do
        [ -e "$(dirname "$page")/$link" ] || fail "$page: no such file: $link"
    done
done
