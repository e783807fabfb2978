"""What tools/mutate may do to a C file, one thing at a time; and the survivors that are explained.

A mutator looks at a file's tokens, inside of function bodies only, and yields edits. It knows no
types: what doesn't compile, or compiles to the same code, tools/mutate passes over.
"""
import re

TOKEN = re.compile(r"""
    (?P<skip>\s+ | //[^\n]* | /\*.*?\*/ | ^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<text>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\.?\d(?:[\w.]|[eEpP][+-])*)
  | (?P<sign>->|\+\+|--|<<=|>>=|<<|>>|\.\.\.|[-+*/%&|^<>=!]=|&&|\|\||.)
""", re.X | re.S | re.M)
PAIRS = {"(": ")", "[": "]", "{": "}"}
STORES = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}
NO_STATEMENT = {"if", "while", "for", "switch", "return", "goto", "do", "_Static_assert", "{"}
NO_EFFECT = {"chaos_point"}  # calls that only give others time
SWAPPED = {"0": "-1", "-1": "0", "1": "0", "true": "false", "false": "true",
           "EDO_READY": "EDO_PENDING", "EDO_PENDING": "EDO_READY"}
SHIFTED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
TESTS = {"==", "!=", "<", ">", "<=", ">=", "&&", "||"}


class Mutant:
    """Edits of one file: (start, end, new text), which together are one change."""

    def __init__(self, path, text, kind, edits):
        self.path, self.kind = path, kind
        self.text = text
        for start, end, new in sorted(edits, reverse=True):
            # As many lines as before, or every place named below it would be another.
            new += "\n" * (text.count("\n", start, end) - new.count("\n"))
            self.text = self.text[:start] + new + self.text[end:]
        first = min(e[0] for e in edits)
        self.line = text.count("\n", 0, first) + 1
        last = text.count("\n", 0, max(e[1] for e in edits)) + 1
        self.original = lines_of(text, self.line, last)
        self.mutated = lines_of(self.text, self.line, last)

    def key(self):
        return (self.path, self.original, self.mutated)

    def __str__(self):
        return f"{self.path}:{self.line} {self.original} -> {self.mutated}"


def lines_of(text, first, last):
    return " ".join(" ".join(text.split("\n")[first - 1:last]).split())


class Source:
    """A file's tokens: texts, where each begins and ends, and the partner of each bracket."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.tokens, self.spans, self.partner = [], [], {}
        open_ones = []
        for found in TOKEN.finditer(text):
            if found.lastgroup == "skip":
                continue
            here = len(self.tokens)
            self.tokens.append(found[0])
            self.spans.append(found.span())
            if found[0] in PAIRS:
                open_ones.append(here)
            elif found[0] in PAIRS.values() and open_ones:
                other = open_ones.pop()
                self.partner[here], self.partner[other] = other, here

    def replaced(self, kind, first, last, new):
        """A mutant with other text for these tokens."""
        return Mutant(self.path, self.text, kind,
                      [(self.spans[first][0], self.spans[last][1], new)])

    def negated(self, kind, first, last):
        begin, end = self.spans[first][0], self.spans[last][1]
        return Mutant(self.path, self.text, kind, [(begin, begin, "!("), (end, end, ")")])

    def bodies(self):
        """(first, last) tokens of each function's body, the braces left out."""
        at = 0
        while at < len(self.tokens):
            if self.tokens[at] == "{":
                end = self.partner.get(at, at)
                if at and self.tokens[at - 1] == ")":
                    yield at + 1, end - 1
                at = end
            at += 1

    def skip_to(self, at, wanted):
        """The next of these tokens that is in no inner bracket; None when one closes before."""
        while at < len(self.tokens):
            if self.tokens[at] in wanted:
                return at
            if self.tokens[at] in PAIRS.values():
                return None
            at = self.partner.get(at, at) + 1
        return None

    def back_to(self, at, wanted):
        """The same backwards; a bracket that opens is always one."""
        while at >= 0 and self.tokens[at] not in wanted and self.tokens[at] not in PAIRS:
            at = self.partner.get(at, at) - 1
        return at

    def begins_statement(self, at):
        before = self.tokens[at - 1]
        if before in (";", "{", "}", "else", "do"):
            return True
        if before == ")":
            word = self.partner.get(at - 1, 0) - 1
            return self.tokens[word] in ("if", "while", "for", "switch")
        return before == ":" and self.tokens[self.back_to(at - 2, {";", "}", "?"})] != "?"


def negate_conditions(src, at):
    word = src.tokens[at]
    if word in ("if", "while") and src.tokens[at + 1] == "(":
        last = src.partner[at + 1] - 1
        if src.tokens[at + 2:last + 1] != ["0"]:
            yield src.negated("condition", at + 2, last)
    elif word == "for":
        first = src.skip_to(at + 2, {";"})
        last = first and src.skip_to(first + 1, {";"})
        if last and last > first + 1:
            yield src.negated("condition", first + 1, last - 1)
    elif word == "?":
        first = src.back_to(at - 1, {",", ";", "}", "?", ":", "return", *STORES}) + 1
        yield src.negated("condition", first, at - 1)


def drop_calls(src, at):
    if not src.begins_statement(at):
        return
    name = at + 3 if src.tokens[at:at + 3] == ["(", "void", ")"] else at
    if not re.match(r"[A-Za-z_]", src.tokens[name]) or src.tokens[name] in NO_STATEMENT:
        return
    while src.tokens[name + 1] in ("->", "."):
        name += 2
    end = src.partner.get(name + 1) if src.tokens[name + 1] == "(" else None
    if end and src.tokens[end + 1] == ";" and src.tokens[name] not in NO_EFFECT:
        yield src.replaced("call", at, end + 1, ";")


def drop_stores(src, at):
    if not src.begins_statement(at) or src.tokens[at] in NO_STATEMENT:
        return
    end = src.skip_to(at, {";"})
    if not end:
        return
    counts = src.tokens[at] in ("++", "--") or src.tokens[end - 1] in ("++", "--")
    store = src.skip_to(at, STORES | {";"})
    place = src.tokens[at:store]
    # "type name =" and "type *name =" declare.
    declares = len(place) > 1 and re.match(r"\w", place[0]) and re.match(r"\w|\*", place[1])
    if counts or (store != end and not declares):
        yield src.replaced("store", at, end, ";")


def swap_returns(src, at):
    if src.tokens[at] != "return":
        return
    end = src.skip_to(at, {";"})
    value = "".join(src.tokens[at + 1:end])
    if value in SWAPPED:
        yield src.replaced("return", at + 1, end - 1, SWAPPED[value])
    elif re.fullmatch(r"-(EDO_)?E[A-Z0-9]+", value):
        yield src.replaced("return", at + 1, end - 1, "0")
    elif src.tokens[at + 1] == "!" or src.skip_to(at + 1, TESTS | {";"}) != end:
        if not src.skip_to(at + 1, {"?"}):
            yield src.negated("return", at + 1, end - 1)


def shift_bounds(src, at):
    word = src.tokens[at]
    if word in SHIFTED:
        yield src.replaced("bound", at, at, SHIFTED[word])
    elif (word in "+-" and re.match(r"[\w)\]]", src.tokens[at - 1])
          and src.tokens[at - 1] != "return" and re.fullmatch(r"1[uUlL]*", src.tokens[at + 1])):
        yield src.replaced("bound", at, at + 1, "")


MUTATORS = (negate_conditions, drop_calls, drop_stores, swap_returns, shift_bounds)


def of_file(path, text):
    src = Source(path, text)
    return [m for first, last in src.bodies() for at in range(first, last + 1)
            for mutator in MUTATORS for m in mutator(src, at)]


# ---- explained survivors -------------------------------------------------------------------------


class Explained:
    """tests/mutate/<folder>.txt: entries of three parts, told apart by how a line begins.

        src/sync/x.c: the line as it is
        -> the line as it may be
          why no test can tell them apart
    """

    def __init__(self, path):
        self.entries, self.wrong = {}, []
        try:
            lines = open(path).read().splitlines()
        except FileNotFoundError:
            return
        what = key = None
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("-> ") and what:
                key = (*what, line[3:].strip())
                self.entries[key] = ""
                what = None
            elif line.startswith(" ") and key:
                self.entries[key] += line.strip() + " "
            elif re.match(r"src/\S+: ", line):
                file, _, text = line.partition(": ")
                what, key = (file, text.strip()), None
            else:
                self.wrong.append(f"{path}:{number}: neither a file and a line, nor ->, nor a reason")
        self.wrong += [f"{path}: no reason for {key[1]} -> {key[2]}"
                       for key, why in self.entries.items() if not why]

    def of(self, mutant):
        return self.entries.get(mutant.key(), "").strip()

    def stale(self, mutants):
        """Entries of which there is no such mutant any more."""
        there = {m.key() for m in mutants}
        return [f"{file}: {original} -> {mutated}"
                for file, original, mutated in self.entries if (file, original, mutated) not in there]


# ---- a check of itself ---------------------------------------------------------------------------

SAMPLE = r"""
#define IGNORED(x) if (x) return 0
static const int table[] = {1 + 1, 2 < 3};
int f(struct s *p, int n) /* if (n) */
{
    int rc = n < 2 ? g(n + 1) : 0;

    for (int i = 0; i < n; i++)
        wake(p);
    if (p->a &&
        p->b)
        p->a = "if (x)";
again:
    (void)h(n);
    n--;
    *p->c += 2;
    while (n >= 0) {
        return -EINVAL;
    }
    chaos_point();
    type *q = p, r = 1;
    (*q).c = r;
    do
        p->wake(p);
    while (0);
    return n == 3 || rc;
}
bool t(void)
{
    return true;
}
"""
EXPECTED = """
6 int rc = n <= 2 ? g(n + 1) : 0;
6 int rc = !(n < 2) ? g(n + 1) : 0;
6 int rc = n < 2 ? g(n ) : 0;
8 for (int i = 0; !(i < n); i++)
8 for (int i = 0; i <= n; i++)
9 ;
10 if (!(p->a && p->b))
12 ;
14 ;
15 ;
16 ;
17 while (!(n >= 0)) {
17 while (n > 0) {
18 return 0;
22 ;
24 ;
26 return !(n == 3 || rc);
30 return false;
"""


def self_check():
    """What is wrong with the mutators: lines that they should yield or shouldn't."""
    have = [f"{m.line} {m.mutated}" for m in of_file("sample.c", SAMPLE)]
    want = EXPECTED.strip().split("\n")
    return ([f"tools/mutants.py misses {line}" for line in want if line not in have]
            + [f"tools/mutants.py yields {line}" for line in have if line not in want])
