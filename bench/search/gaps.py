"""Bugs where something is missing: a guard, a branch, a return, an argument, a default."""

from __future__ import annotations

from bench.search.written import Slip

MISSING = "missing"

GAPS = (
    Slip("mean_of_nothing", MISSING, """
def mean(numbers):
    if not numbers:
        return 0.0
    return sum(numbers) / len(numbers)
""", (("    if not numbers:\n        return 0.0\n", ""),), """
mean([1, 2, 3]) == 2.0
mean([]) == 0.0
mean([5]) == 5.0
"""),
    Slip("user_label", MISSING, """
def label(user):
    if user is None:
        return "anonymous"
    return user["name"].strip()
""", (('    if user is None:\n        return "anonymous"\n', ""),), """
label({"name": " ada "}) == "ada"
label(None) == "anonymous"
label({"name": ""}) == ""
"""),
    Slip("middle_name", MISSING, """
def shout(name):
    return name.upper() if name is not None else ""


def full(first, middle, last):
    parts = [shout(first), shout(middle), shout(last)]
    return " ".join(part for part in parts if part)
""", (('name.upper() if name is not None else ""', "name.upper()"),), """
full("a", "b", "c") == "A B C"
full("a", None, "c") == "A C"
full("x", "", "y") == "X Y"
"""),
    Slip("sign", MISSING, """
def sign(number):
    if number > 0:
        return 1
    if number < 0:
        return -1
    return 0
""", (("    if number < 0:\n        return -1\n", ""),), """
sign(4) == 1
sign(-4) == -1
sign(0) == 0
sign(-0.5) == -1
"""),
    Slip("total_returned", MISSING, """
def total(items):
    amount = 0
    for item in items:
        amount += item
    return amount
""", (("    return amount\n", ""),), """
total([1, 2]) == 3
total([]) == 0
total([5, 5, 5]) == 15
"""),
    Slip("grade", MISSING, """
def grade(points):
    if points >= 90:
        return "A"
    if points >= 75:
        return "B"
    if points >= 60:
        return "C"
    return "F"
""", (('    if points >= 75:\n        return "B"\n', ""),), """
grade(95) == "A"
grade(75) == "B"
grade(80) == "B"
grade(61) == "C"
grade(10) == "F"
"""),
    Slip("positive_only", MISSING, """
def root(number):
    if number < 0:
        raise ValueError("negative")
    return number ** 0.5
""", (('    if number < 0:\n        raise ValueError("negative")\n', ""),), """
root(9) == 3.0
root(0) == 0.0
ValueError: root(-1)
"""),
    Slip("shared_default", MISSING, """
def collect(item, into=None):
    if into is None:
        into = []
    into.append(item)
    return into
""", (("into=None", "into=[]"), ("    if into is None:\n        into = []\n", "")), """
collect(1) == [1]
collect(2) == [2]
collect(3, [1]) == [1, 3]
"""),
    Slip("trimmed", MISSING, """
def fields(line):
    return [part.strip() for part in line.split(",")]
""", (("part.strip()", "part"),), """
fields("a,b") == ["a", "b"]
fields("a, b ,c") == ["a", "b", "c"]
fields("") == [""]
"""),
    Slip("flatten", MISSING, """
def flatten(items):
    flat = []
    for item in items:
        if isinstance(item, list):
            flat.extend(flatten(item))
        else:
            flat.append(item)
    return flat
""", (("flat.extend(flatten(item))", "flat.extend(item)"),), """
flatten([1, [2, 3]]) == [1, 2, 3]
flatten([[1, [2]], 3]) == [1, 2, 3]
flatten([]) == []
flatten([[[4]]]) == [4]
"""),
    Slip("missing_key", MISSING, """
def price(prices, name):
    return prices.get(name, 0)


def bill(prices, order):
    return sum(price(prices, name) * count for name, count in order.items())
""", (("prices.get(name, 0)", "prices[name]"),), """
bill({"a": 2}, {"a": 3}) == 6
bill({"a": 2}, {"b": 1}) == 0
bill({}, {}) == 0
"""),
    Slip("descending", MISSING, """
def top(scores, count):
    return sorted(scores, reverse=True)[:count]
""", (("sorted(scores, reverse=True)", "sorted(scores)"),), """
top([1, 3, 2], 2) == [3, 2]
top([], 1) == []
top([5, 9], 1) == [9]
"""),
    Slip("reset_counter", MISSING, """
def longest_run(items):
    best = run = 0
    last = None
    for item in items:
        run = run + 1 if item == last else 1
        best = max(best, run)
        last = item
    return best
""", (("        last = item\n", ""),), """
longest_run([1, 1, 2]) == 2
longest_run([]) == 0
longest_run("aabbb") == 3
longest_run([3]) == 1
"""),
    Slip("last_chunk", MISSING, """
def split_at(items, marker):
    parts, part = [], []
    for item in items:
        if item == marker:
            parts.append(part)
            part = []
        else:
            part.append(item)
    parts.append(part)
    return parts
""", (("    parts.append(part)\n    return", "    return"),), """
split_at([1, 0, 2], 0) == [[1], [2]]
split_at([], 0) == [[]]
split_at([1, 2, 0], 0) == [[1, 2], []]
"""),
    Slip("timeout_passed", MISSING, """
def fetch(get, url, timeout=10):
    return get(url, timeout=timeout)


def both(get, urls, timeout):
    return [fetch(get, url, timeout) for url in urls]
""", (("fetch(get, url, timeout) for", "fetch(get, url) for"),), """
both(lambda url, timeout: (url, timeout), ["a"], 3) == [("a", 3)]
both(lambda url, timeout: timeout, ["a", "b"], 10) == [10, 10]
"""),
    Slip("imports", MISSING, """
import json


def dump(value):
    return json.dumps(value, sort_keys=True)
""", (("import json\n", ""),), """
dump({"b": 1, "a": 2}) == '{"a": 2, "b": 1}'
dump([]) == "[]"
"""),
    Slip("none_first", MISSING, """
class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def depth(node):
    if node is None:
        return 0
    return 1 + max(depth(node.left), depth(node.right))
""", (("    if node is None:\n        return 0\n", ""),), """
depth(None) == 0
depth(Node(1)) == 1
depth(Node(1, Node(2, Node(3)), Node(4))) == 3
"""),
    Slip("chain", MISSING, """
class Order:
    def __init__(self, customer=None):
        self.customer = customer


class Customer:
    def __init__(self, city):
        self.city = city


def city(order):
    return order.customer.city if order.customer else None
""", (("order.customer.city if order.customer else None", "order.customer.city"),), """
city(Order(Customer("Rome"))) == "Rome"
city(Order()) is None
"""),
    Slip("empty_max", MISSING, """
def longest(words):
    return max((len(word) for word in words), default=0)
""", (("max((len(word) for word in words), default=0)", "max(len(word) for word in words)"),), """
longest(["a", "bbb"]) == 3
longest([]) == 0
longest([""]) == 0
"""),
    Slip("unknown_unit", MISSING, """
FACTORS = {"b": 1, "kb": 1000, "mb": 1000000}


def size(text):
    number, _, unit = text.lower().partition(" ")
    if unit not in FACTORS:
        raise ValueError(f"unknown unit {unit}")
    return int(number) * FACTORS[unit]
""", (('    if unit not in FACTORS:\n        raise ValueError(f"unknown unit {unit}")\n', ""),), """
size("3 kb") == 3000
size("2 MB") == 2000000
ValueError: size("1 tb")
"""),
)  # fmt: skip
