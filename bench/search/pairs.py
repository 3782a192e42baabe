"""Bugs in two places of a module: one edit alone leaves some check red, or breaks another."""

from __future__ import annotations

from bench.search.written import Slip

TWO = "two places"

PAIRS = (
    Slip("box", TWO, """
def area(width, height):
    return width * height


def edge(width, height):
    return 2 * (width + height)
""", (("width * height", "width + height"), ("2 * (width + height)", "2 * (width - height)")), """
area(3, 4) == 12
area(2, 2) == 4
edge(3, 4) == 14
edge(1, 1) == 4
"""),
    Slip("inclusive", TWO, """
def within(value, low, high):
    return low <= value <= high
""", (("low <= value <= high", "low < value < high"),), """
within(1, 1, 3)
within(3, 1, 3)
within(2, 1, 3)
not within(0, 1, 3)
not within(4, 1, 3)
"""),
    Slip("date_text", TWO, """
def stamp(year, month, day):
    return f"{year}-{month:02}-{day:02}"


def clock(hour, minute):
    return f"{hour:02}:{minute:02}"
""", (("{year}-{month:02}-", "{year}/{month:02}-"), ("{hour:02}:", "{hour:02}.")), """
stamp(2024, 3, 9) == "2024-03-09"
stamp(1999, 12, 31) == "1999-12-31"
clock(7, 5) == "07:05"
clock(23, 59) == "23:59"
"""),
    Slip("temperature", TWO, """
def to_fahrenheit(celsius):
    return celsius * 9 / 5 + 32


def to_celsius(fahrenheit):
    return (fahrenheit - 32) * 5 / 9
""", (("9 / 5 + 32", "9 / 5 + 30"), ("(fahrenheit - 32)", "(fahrenheit - 30)")), """
to_fahrenheit(0) == 32
to_fahrenheit(100) == 212
to_celsius(32) == 0
to_celsius(212) == 100
"""),
    Slip("queue", TWO, """
class Queue:
    def __init__(self):
        self.items = []

    def put(self, item):
        self.items.append(item)

    def get(self):
        return self.items.pop(0)

    def size(self):
        return len(self.items)


def through(items):
    queue = Queue()
    for item in items:
        queue.put(item)
    before = queue.size()
    return queue.get(), before - queue.size()
""", (("self.items.pop(0)", "self.items.pop()"), ("before - queue.size()", "queue.size() - before")), """
through([1, 2, 3]) == (1, 1)
through("xy") == ("x", 1)
Queue().size() == 0
"""),
    Slip("prices", TWO, """
def net(gross, rate=20):
    return gross * 100 / (100 + rate)


def gross(net, rate=20):
    return net * (100 + rate) / 100
""", (("gross * 100 / (100 + rate)", "gross * 100 / (100 - rate)"), ("net * (100 + rate)", "net * (100 - rate)")), """
net(120) == 100
net(110, 10) == 100
gross(100) == 120
gross(100, 10) == 110
"""),
    Slip("extremes", TWO, """
def extremes(numbers):
    least = most = numbers[0]
    for number in numbers:
        if number < least:
            least = number
        if number > most:
            most = number
    return least, most
""", (("number < least", "number > least"), ("number > most", "number < most")), """
extremes([2, 1, 3]) == (1, 3)
extremes([5]) == (5, 5)
extremes([4, 9, -2, 0]) == (-2, 9)
"""),
    Slip("names", TWO, """
def join_name(first, last):
    return f"{last}, {first}"


def split_name(name):
    last, first = name.split(", ")
    return first, last
""", (("{last}, {first}", "{first}, {last}"), ("last, first = name", "first, last = name")), """
join_name("Ada", "Lovelace") == "Lovelace, Ada"
split_name("Lovelace, Ada") == ("Ada", "Lovelace")
split_name(join_name("x", "y")) == ("x", "y")
"""),
    Slip("pages", TWO, """
def page(items, number, size):
    start = (number - 1) * size
    return items[start:start + size]


def count(items, size):
    return -(-len(items) // size)
""", (("(number - 1) * size", "number * size"), ("-(-len(items) // size)", "len(items) // size")), """
page([1, 2, 3, 4, 5], 1, 2) == [1, 2]
page([1, 2, 3, 4, 5], 3, 2) == [5]
count([1, 2, 3, 4, 5], 2) == 3
count([1, 2], 2) == 1
count([], 2) == 0
"""),
    Slip("permissions", TWO, """
def can_read(user, page):
    return page["public"] or user in page["readers"]


def can_write(user, page):
    return user == page["owner"] or user in page["writers"]
""", (('page["public"] or user', 'page["public"] and user'), ('page["owner"] or user', 'page["owner"] and user')), """
can_read("a", {"public": True, "readers": []})
can_read("a", {"public": False, "readers": ["a"]})
not can_read("b", {"public": False, "readers": ["a"]})
can_write("o", {"owner": "o", "writers": []})
can_write("w", {"owner": "o", "writers": ["w"]})
not can_write("x", {"owner": "o", "writers": ["w"]})
"""),
    Slip("matrix", TWO, """
def identity(size):
    return [[1 if row == column else 0 for column in range(size)] for row in range(size)]


def trace(matrix):
    return sum(matrix[index][index] for index in range(len(matrix)))
""", (("row == column", "row != column"), ("range(len(matrix))", "range(len(matrix) - 1)")), """
identity(2) == [[1, 0], [0, 1]]
identity(1) == [[1]]
trace([[1, 2], [3, 4]]) == 5
trace([[7]]) == 7
"""),
    Slip("ledger", TWO, """
def apply(balance, kind, amount):
    if kind == "deposit":
        return balance + amount
    if kind == "withdrawal":
        return balance - amount
    raise ValueError(kind)
""", (('== "deposit"', '== "deposits"'), ('== "withdrawal"', '== "withdraw"')), """
apply(10, "deposit", 5) == 15
apply(10, "withdrawal", 5) == 5
ValueError: apply(1, "gift", 1)
"""),
)  # fmt: skip
