#!/bin/bash
# The documentation shows the programs that were built here, and what they print.
. "$(dirname "$0")/support.bash"
"$root/tools/docs-check" "$build" || fail "tools/docs-check --write BUILD brings the pages up to date"

# Names of edo's on the pages are there, or begin those of a family, as `edo_watch` does.
cd "$root"
names() { grep -rIohE '\b(edo|EDO)_[A-Za-z0-9_]+' "$@" | sort -u; }
known=$(names include src)
for name in $(names README.md docs/tour.md docs/existing-libraries.md docs/guide | grep -v '^edo__'); do
    grep -q "^$name" <<<"$known" || fail "the documentation has a name that edo hasn't: $name"
done

# Links from page to page lead somewhere.
for page in *.md docs/*.md docs/guide/*.md; do
    for link in $(grep -oE '\]\([^)#]+' "$page" | cut -c3- | grep -vE '^[a-z]+:' || true); do
        [ -e "$(dirname "$page")/$link" ] || fail "$page: no such file: $link"
    done
done
