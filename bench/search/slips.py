"""Bugs of one edit in one place, in small functions."""

from __future__ import annotations

from bench.search.written import Slip

ONE = "one place"

SLIPS = (
    Slip("clamp", ONE, """
def clamp(value, low, high):
    return max(low, min(value, high))
""", (("max(low, min(value, high))", "max(low, min(value, low))"),), """
clamp(5, 1, 9) == 5
clamp(0, 1, 9) == 1
clamp(12, 1, 9) == 9
"""),
    Slip("leap_year", ONE, """
def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
""", (("or year % 400", "and year % 400"),), """
is_leap(2024)
not is_leap(2023)
not is_leap(1900)
is_leap(2000)
"""),
    Slip("chunks", ONE, """
def chunks(items, size):
    return [items[start:start + size] for start in range(0, len(items), size)]
""", (("start:start + size]", "start:size]"),), """
chunks([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
chunks([], 3) == []
chunks([1, 2], 5) == [[1, 2]]
"""),
    Slip("median", ONE, """
def median(numbers):
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
""", (("ordered[middle - 1] +", "ordered[middle + 1] +"),), """
median([3, 1, 2]) == 2
median([4, 1, 3, 2]) == 2.5
median([1, 2, 3, 10, 11, 12]) == 6.5
"""),
    Slip("roman", ONE, """
NUMERALS = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def roman(number):
    text = ""
    for value, sign in NUMERALS:
        while number >= value:
            text += sign
            number -= value
    return text
""", (('(9, "IX")', '(9, "XI")'),), """
roman(3) == "III"
roman(8) == "VIII"
roman(9) == "IX"
roman(19) == "XIX"
"""),
    Slip("initials", ONE, """
def initials(name):
    return ".".join(word[0].upper() for word in name.split()) + "."
""", (("word[0].upper()", "word[0]"),), """
initials("ada lovelace") == "A.L."
initials("Grace Hopper") == "G.H."
"""),
    Slip("title_case", ONE, """
SMALL = {"of", "the", "and"}


def headline(text):
    words = text.split(" ")
    return " ".join(word if word in SMALL and index > 0 else word.capitalize() for index, word in enumerate(words))
""", (("index > 0", "index > 1"),), """
headline("the art of war") == "The Art of War"
headline("war and peace") == "War and Peace"
headline("lord of the rings") == "Lord of the Rings"
"""),
    Slip("count_words", ONE, """
def count_words(text):
    counts = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts
""", (("text.lower().split()", "text.split()"),), """
count_words("a b a") == {"a": 2, "b": 1}
count_words("A a") == {"a": 2}
count_words("") == {}
"""),
    Slip("group_by", ONE, """
def group_by(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
""", (("groups.setdefault(key(item), [])", "groups.setdefault(item, [])"),), """
group_by([1, 2, 3], lambda n: n % 2) == {1: [1, 3], 0: [2]}
group_by([], len) == {}
group_by(["a", "bb", "c"], len) == {1: ["a", "c"], 2: ["bb"]}
"""),
    Slip("binary_search", ONE, """
def find(items, wanted):
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == wanted:
            return middle
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1
""", (("while low <= high", "while low < high"),), """
find([1, 3, 5], 5) == 2
find([1, 3, 5], 3) == 1
find([], 1) == -1
find([4], 4) == 0
"""),
    Slip("percent", ONE, """
def percent(part, whole):
    if whole == 0:
        return 0.0
    return round(100 * part / whole, 1)
""", (("100 * part / whole, 1", "100 * part / whole"),), """
percent(1, 3) == 33.3
percent(1, 0) == 0.0
percent(2, 3) == 66.7
percent(1, 8) == 12.5
"""),
    Slip("slug", ONE, """
import re


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
""", (("[^a-z0-9]+", "[^a-z0-9]"),), """
slug("Hello World") == "hello-world"
slug("a -- b") == "a-b"
slug("x, y!") == "x-y"
"""),
    Slip("duration", ONE, """
def duration(seconds):
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
""", (("{minutes:02}", "{minutes}"),), """
duration(3661) == "1:01:01"
duration(59) == "0:00:59"
duration(36000 + 600) == "10:10:00"
"""),
    Slip("stack", ONE, """
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def peek(self):
        return self.items[-1]

    def pop(self):
        return self.items.pop()


def last_two(items):
    stack = Stack()
    for item in items:
        stack.push(item)
    return stack.pop(), stack.peek()
""", (("return self.items[-1]", "return self.items[0]"),), """
last_two([1, 2, 3]) == (3, 2)
last_two("abcd") == ("d", "c")
Stack().push(7).push(8).peek() == 8
"""),
    Slip("parse_pairs", ONE, """
def parse_pairs(text):
    pairs = {}
    for part in text.split(";"):
        if part:
            key, value = part.split("=", 1)
            pairs[key.strip()] = value.strip()
    return pairs
""", (('part.split("=", 1)', 'part.split("=")'),), """
parse_pairs("a=1;b=2") == {"a": "1", "b": "2"}
parse_pairs("x = 3 ;") == {"x": "3"}
parse_pairs("q=a=b") == {"q": "a=b"}
"""),
    Slip("interest", ONE, """
def balance(amount, rate, years):
    return round(amount * (1 + rate) ** years, 2)
""", (("(1 + rate) ** years", "(1 + rate) * years"),), """
balance(100, 0.1, 2) == 121.0
balance(100, 0.0, 5) == 100.0
balance(200, 0.05, 1) == 210.0
"""),
    Slip("dedupe", ONE, """
def dedupe(items):
    seen = set()
    found = []
    for item in items:
        if item not in seen:
            seen.add(item)
            found.append(item)
    return found
""", (("if item not in seen", "if item in seen"),), """
dedupe([1, 2, 1]) == [1, 2]
dedupe([]) == []
dedupe("abca") == ["a", "b", "c"]
"""),
    Slip("rotate", ONE, """
def rotate(items, steps):
    if not items:
        return items
    steps %= len(items)
    return items[-steps:] + items[:-steps]
""", (("items[-steps:] + items[:-steps]", "items[steps:] + items[:steps]"),), """
rotate([1, 2, 3, 4], 1) == [4, 1, 2, 3]
rotate([], 3) == []
rotate([1, 2, 3], 5) == [2, 3, 1]
"""),
    Slip("merge_settings", ONE, """
def merge(defaults, given):
    result = dict(defaults)
    for key, value in given.items():
        if value is not None:
            result[key] = value
    return result
""", (("if value is not None", "if value"),), """
merge({"a": 1}, {"a": 2}) == {"a": 2}
merge({"a": 1}, {"a": None}) == {"a": 1}
merge({"a": 1}, {"a": 0}) == {"a": 0}
merge({"a": 1}, {"b": ""}) == {"a": 1, "b": ""}
"""),
    Slip("levels", ONE, """
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def is_shown(level, least="info"):
    return LEVELS[level] >= LEVELS[least]
""", (('"warning": 30', '"warn": 30'),), """
is_shown("warning")
not is_shown("debug")
is_shown("error", "warning")
is_shown("info")
"""),
    Slip("transpose", ONE, """
def transpose(rows):
    return [list(column) for column in zip(*rows)]
""", (("list(column)", "column"),), """
transpose([[1, 2], [3, 4]]) == [[1, 3], [2, 4]]
transpose([]) == []
transpose([[1, 2, 3]]) == [[1], [2], [3]]
"""),
    Slip("shipping", ONE, """
FREE_FROM = 50
RATE = 5


def shipping(total, express=False):
    if total >= FREE_FROM and not express:
        return 0
    return RATE * 2 if express else RATE
""", (("FREE_FROM = 50", "FREE_FROM = 55"),), """
shipping(50) == 0
shipping(49) == 5
shipping(80, express=True) == 10
shipping(60) == 0
"""),
    Slip("caesar", ONE, """
def shift(text, by):
    signs = []
    for sign in text:
        if sign.islower():
            signs.append(chr((ord(sign) - ord("a") + by) % 26 + ord("a")))
        else:
            signs.append(sign)
    return "".join(signs)
""", (('% 26 + ord("a")', '% 25 + ord("a")'),), """
shift("abc", 1) == "bcd"
shift("xyz", 3) == "abc"
shift("a b", 0) == "a b"
shift("z", 0) == "z"
"""),
    Slip("nested_get", ONE, """
def dig(data, path, default=None):
    for key in path.split("."):
        if not isinstance(data, dict) or key not in data:
            return default
        data = data[key]
    return data
""", (("return default", "return None"),), """
dig({"a": {"b": 1}}, "a.b") == 1
dig({"a": 1}, "b") is None
dig({"a": 1}, "a.b", 5) == 5
dig({}, "x", "y") == "y"
"""),
    Slip("moving_average", ONE, """
def averages(numbers, width):
    return [sum(numbers[i:i + width]) / width for i in range(len(numbers) - width + 1)]
""", (("len(numbers) - width + 1", "len(numbers) - width"),), """
averages([1, 2, 3, 4], 2) == [1.5, 2.5, 3.5]
averages([1, 2], 2) == [1.5]
averages([5], 1) == [5.0]
"""),
    Slip("receipt", ONE, """
def line(name, count, cents):
    return f"{count} x {name}: {count * cents / 100:.2f} EUR"
""", ((":.2f} EUR", ":.2f} euro"),), """
line("tea", 2, 150) == "2 x tea: 3.00 EUR"
line("jam", 1, 99) == "1 x jam: 0.99 EUR"
"""),
    Slip("swap_case", ONE, """
def ratio(one, other):
    return one / other


def compare(results):
    return {name: ratio(new, old) for name, (old, new) in results.items()}
""", (("ratio(new, old)", "ratio(old, new)"),), """
compare({"a": (2, 4)}) == {"a": 2.0}
compare({"b": (10, 5)}) == {"b": 0.5}
compare({}) == {}
"""),
    Slip("oldest", ONE, """
def oldest(people):
    return max(people, key=lambda person: person["age"])["name"]
""", (('person["age"]', 'person["name"]'),), """
oldest([{"name": "z", "age": 3}, {"name": "a", "age": 9}]) == "a"
oldest([{"name": "q", "age": 5}]) == "q"
oldest([{"name": "m", "age": 7}, {"name": "n", "age": 2}]) == "m"
"""),
    Slip("tags", ONE, """
def tags(text):
    return sorted({word.lstrip("#").lower() for word in text.split() if word.startswith("#")})
""", (('word.startswith("#")', 'word.endswith("#")'),), """
tags("a #b #C") == ["b", "c"]
tags("none") == []
tags("#x #x") == ["x"]
"""),
    Slip("retry_delay", ONE, """
def delays(count, base=1.0, factor=2.0, most=30.0):
    return [min(base * factor ** number, most) for number in range(count)]
""", (("most=30.0", "most=60.0"),), """
delays(3) == [1.0, 2.0, 4.0]
delays(6)[-1] == 30.0
delays(2, base=40.0) == [30.0, 30.0]
"""),
    Slip("overlap", ONE, """
def overlap(first, second):
    start = max(first[0], second[0])
    end = min(first[1], second[1])
    return max(0, end - start)
""", (("min(first[1], second[1])", "max(first[1], second[1])"),), """
overlap((1, 5), (3, 9)) == 2
overlap((1, 2), (3, 4)) == 0
overlap((0, 10), (2, 4)) == 2
"""),
    Slip("wrap_text", ONE, """
def wrap(words, width):
    lines, current = [], ""
    for word in words.split():
        longer = f"{current} {word}".strip()
        if len(longer) <= width:
            current = longer
        else:
            lines.append(current)
            current = word
    return lines + [current]
""", (("current = word\n", 'current = ""\n'),), """
wrap("aa bb cc", 5) == ["aa bb", "cc"]
wrap("a", 3) == ["a"]
wrap("one two three", 7) == ["one two", "three"]
"""),
)  # fmt: skip
