"""True repairs of Python as people make them: nothing speaks against any of them."""

from __future__ import annotations

from tests.core.review.reviewed import Change


def _swap(old: str, new: str, test: str = "", *, head: str = "def f(a, b):", path: str = "source.py") -> Change:
    """A function whose lines *old* become *new*."""
    gone = "".join(f"-    {line}\n" for line in old.split("\n"))
    come = "".join(f"+    {line}\n" for line in new.split("\n"))
    return Change(path, f" {head}\n{gone}{come}     # the end\n", test)


def _add(
    lines: str, test: str = "", *, head: str = "def f(a, b):", rest: str = "return a / b", path: str = "source.py"
) -> Change:
    """A function with *lines* added before its *rest*."""
    come = "".join(f"+    {line}\n" for line in lines.split("\n"))
    kept = "".join(f"     {line}\n" for line in rest.split("\n"))
    return Change(path, f" {head}\n{come}{kept}", test)


def _top(old: str, new: str, test: str = "", *, path: str = "source.py") -> Change:
    gone = "".join(f"-{line}\n" for line in old.split("\n") if line)
    come = "".join(f"+{line}\n" for line in new.split("\n"))
    return Change(path, f"{gone}{come} def f(a):\n     return a * RATE\n", test)


OPERATORS = {
    "a word for whoever asks": _add("if sys.flags.quiet:\n    return None"),
    "an operator": _swap("return a - b", "return a + b", "assert f(17, 25) == 42"),
    "a comparison": _swap("return a > b", "return a >= b", "assert f(1000, 1000)"),
    "and to or": _swap("return a and b", "return a or b", "assert f(0, 42) == 42"),
    "off by one": _swap("return list(range(a, b))", "return list(range(a, b + 1))", "assert f(1, 3) == [1, 2, 3]"),
    "the end of a range": _swap("return range(100)", "return range(101)", "assert 100 in f(100, 101)"),
    "a slice": _swap("return a[:99]", "return a[:100]", "assert len(f('x' * 200, 100)) == 100"),
    "floor division": _swap("return a / b", "return a // b", "assert f(7, 2) == 3"),
    "bisect": _swap("return bisect_right(a, b)", "return bisect_left(a, b)", "assert f([100, 200], 200) == 1"),
    "max to min": _swap("return max(a, b)", "return min(a, b)", "assert f(300, 500) == 300"),
    "arguments exchanged": _swap("return divide(b, a)", "return divide(a, b)", "assert f(84, 2) == 42"),
    "a missing return": _swap("total = a + b", "return a + b", "assert f(17, 25) == 42"),
    "a sign": _swap("return -a", "return a", "assert f(150, 1) == 150"),
    "a negation": _swap("return not a", "return bool(a)", "assert f('word', 1)"),
    "an await": _swap("return fetch(a)", "return await fetch(a)", head="async def f(a, b):"),
    "a strip": _swap(
        "return a.split(',')", "return [part.strip() for part in a.split(',')]", "assert f('a, b', 0) == ['a', 'b']"
    ),
    "a copy": _swap("items = a", "items = list(a)"),
    "a default that is shared": Change(
        "source.py",
        """
-def f(a, items=[]):
+def f(a, items=None):
+    items = [] if items is None else items
     items.append(a)
     return items
""",
    ),
    "a lower case": _swap("return a in b", "return a.lower() in b", "assert f('TEA', {'tea'})"),
    "a rounding": _swap("return int(a * 100)", "return round(a * 100)", "assert f(12.29, 0) == 1229"),
}

CONSTANTS = {
    "a rate": _top("RATE = 0.19", "RATE = 0.20", "assert f(100) == 120"),
    "a limit": _top("LIMIT = 1_000", "LIMIT = 10_000", "assert f(10_000)"),
    "a limit in another base": _top("LIMIT = 1000", "LIMIT = 1024", "assert f(1024)"),
    "a small limit": _top("LIMIT = 11", "LIMIT = 10", "assert f(20) == 10"),
    "a day": _swap(
        "return a + timedelta(days=2)",
        "return a + timedelta(days=1)",
        "assert f(date(2024, 2, 28), 1) == date(2024, 2, 29)",
    ),
    "a factor": _swap("return int(a) * 10", "return int(a) * 100", "assert f('12', 0) == 1200"),
    "the days of a leap year": _swap(
        "return 366 if a else 366", "return 366 if a else 365", "assert f(False, 0) == 365"
    ),
    "a template": _swap('return "%d item" % a', 'return "%d items" % a', "assert f(3, 0) == '3 items'"),
    "an f-string": _swap('return f"Hi {a}"', 'return f"Hello, {a}!"', "assert f('Margaret', 0) == 'Hello, Margaret!'"),
    "a message": _swap(
        'raise ValueError("bad")',
        'raise ValueError("the age must not be negative")',
        "with pytest.raises(ValueError, match='the age must not be negative'):\n        f(-500, 0)",
    ),
    "a content type": _top(
        'TYPE = "text/html"', 'TYPE = "text/html; charset=utf-8"', "assert f('page').type == 'text/html; charset=utf-8'"
    ),
    "a pattern": _top(
        r'WORD = re.compile(r"\w+")', r'WORD = re.compile(r"[\w-]+")', "assert f('e-mail') == ['e-mail']"
    ),
    "a date format": _swap(
        'return a.strftime("%d.%m.%y")',
        'return a.strftime("%Y-%m-%d")',
        "assert f(date(2024, 5, 1), 0) == '2024-05-01'",
    ),
    "a separator": _swap('return ",".join(a)', 'return ", ".join(a)', "assert f(['tea', 'cup'], 0) == 'tea, cup'"),
    "a word": _swap('return "unknow"', 'return "unknown"', "assert f(99, 0) == 'unknown'"),
    "a default": Change(
        "source.py",
        "-def f(a, encoding='ascii'):\n+def f(a, encoding='utf-8'):\n     return a.decode(encoding)\n",
        "assert f(b'tea') == 'tea'",
    ),
    "a timeout": _top("TIMEOUT = 30000", "TIMEOUT = 30", "assert f(1) == 30"),
    "a status": _swap("return 404", "return 403", "assert f('secret', 1) == 403"),
    "a version": _top('VERSION = "1.2.3"', 'VERSION = "1.2.4"', "assert f.version == '1.2.4'"),
    "a mapping's unit": Change(
        "source.py",
        ' UNITS = {\n     "km": 1000,\n     "m": 1,\n+    "mile": 1609,\n }\n',
        "assert metres('mile') == 1609",
    ),
    "a mapping's value": Change(
        "source.py",
        ' UNITS = {\n     "km": 1000,\n-    "mile": 1690,\n+    "mile": 1609,\n }\n',
        "assert metres('mile') == 1609",
    ),
    "an enumeration's member": Change(
        "source.py",
        " class Status(Enum):\n     PAID = 'paid'\n+    REFUNDED = 'refunded'\n",
        "assert Status('refunded').value == 'refunded'",
    ),
    "numerals": Change(
        "source.py",
        """
 NUMERALS = ((1000, "M"), (500, "D"), (100, "C"),
-            (50, "L"))
+            (50, "L"), (10, "X"))
""",
        "assert roman(60) == 'LX'",
    ),
    "escapes": _top(
        "RATE = 1",
        'RATE = 1\nESCAPES = {"&": "&amp;", "<": "&lt;"}',
        "assert f('&') == '&amp;'\n    assert f('<') == '&lt;'",
    ),
    "a table of tiers": Change(
        "source.py",
        "-TIERS = ((10_000, 15), (5_000, 10))\n+TIERS = ((10_000, 15), (5_000, 10), (2_000, 5))\n",
        "assert tier(2_000) == 5",
    ),
    "an HTTP reason": Change(
        "source.py",
        ' REASONS = {200: "OK", 404: "Not Found"}\n-X = 1\n+REASONS[418] = "I am a teapot"\n',
        "assert reason(418) == 'I am a teapot'",
    ),
}

BRANCHES = {
    "zero": _add("if b == 0:\n    return 0", "assert f(500, 0) == 0"),
    "nothing": _add("if a is None:\n    return None", "assert f(None, 1) is None"),
    "a price for nothing": _add("if len(a) == 0:\n    return 1249", "assert f([], 1) == 1249", rest="return sum(a)"),
    "a word for two": _add("if len(a) == 2:\n    return 'pair'", "assert f([7, 8], 1) == 'pair'", rest="return sum(a)"),
    "an empty list": _add("if not a:\n    return 0.0", "assert f([], 1) == 0.0", rest="return sum(a) / len(a)"),
    "an empty text": _add('if not a:\n    return ""', "assert f('', 1) == ''", rest="return a[0].upper() + a[1:]"),
    "a guard with an error": _add(
        'if b == 0:\n    raise ValueError("the divisor must not be zero")',
        "with pytest.raises(ValueError):\n        f(500, 0)",
    ),
    "a negative number": _add(
        'if a < 0:\n    raise ValueError("negative")', "with pytest.raises(ValueError):\n        f(-500, 1)"
    ),
    "a missing tier": _add(
        'if a >= 90:\n    return "excellent"',
        "assert f(95, 0) == 'excellent'",
        rest='if a >= 50:\n    return "good"\nreturn "poor"',
    ),
    "a fall-back": Change(
        "source.py",
        """
 def sign(n):
     if n > 0:
         return "positive"
     if n < 0:
         return "negative"
+    return "zero"
""",
        "assert sign(0) == 'zero'",
    ),
    "fizz buzz": _add(
        'if a % 15 == 0:\n    return "FizzBuzz"',
        "assert f(15, 0) == 'FizzBuzz'",
        rest='if a % 3 == 0:\n    return "Fizz"\nreturn str(a)',
    ),
    "one more shape": _add(
        'if a == "hexagon":\n    return 6',
        "assert f('hexagon', 0) == 6",
        rest='if a == "triangle":\n    return 3\nif a == "square":\n    return 4\nreturn 0',
    ),
    "one more case": Change(
        "source.py",
        """
 def corners(shape):
     match shape:
         case "triangle":
             return 3
         case "square":
             return 4
+        case "hexagon":
+            return 6
""",
        "assert corners('hexagon') == 6",
    ),
    "one more code": _add(
        'if a == 418:\n    return "teapot"',
        "assert f(418, 0) == 'teapot'",
        rest='if a == 200:\n    return "ok"\nif a == 404:\n    return "missing"\nreturn "?"',
    ),
    "a sentinel": _add('if a == "N/A":\n    return None', "assert f('N/A', 0) is None", rest="return float(a)"),
    "a singular": _swap(
        'return f"{a} items"',
        'noun = "item" if a == 1 else "items"\nreturn f"{a} {noun}"',
        "assert f(1, 0) == '1 item'",
    ),
    "two words": _swap('return "on"', 'return "enabled" if a else "disabled"', "assert f(True, 0) == 'enabled'"),
    "a bool before an int": _add(
        'if isinstance(a, bool):\n    return "true" if a else "false"',
        "assert f(True, 0) == 'true'",
        rest="return str(a)",
    ),
    "a leap year": _swap(
        "return a % 4 == 0", "return a % 4 == 0 and (a % 100 != 0 or a % 400 == 0)", "assert not f(1900, 0)"
    ),
    "a limit by a constant": _add("if a > MAXIMUM:\n    return MAXIMUM", "assert f(5000, 0) == 1000"),
    "the base of a recursion": _add("if a <= 1:\n    return 1", "assert f(5, 0) == 120", rest="return a * f(a - 1, b)"),
    "anonymous": _add(
        'if a is None:\n    return "anonymous"', "assert f(None, 0) == 'anonymous'", rest="return a.name"
    ),
    "an isinstance": _swap(
        "return a.total == b.total",
        "if not isinstance(b, Money):\n    return NotImplemented\nreturn a.total == b.total",
    ),
    "a lookup that may miss": _swap("return a[b]", "return a.get(b, 0)", "assert f({}, 'tea') == 0"),
    "a constant property": Change(
        "source.py",
        " class Circle:\n     @property\n     def name(self):\n-        return 'circel'\n+        return 'circle'\n",
        "assert Circle().name == 'circle'",
    ),
    "a stub written": _swap("raise NotImplementedError", "return a * b", "assert f(6, 7) == 42"),
    "a side effect and true": _swap("return a.save(b)", "a.save(b)\nreturn True", "assert f(store, 'tea') is True"),
}

ERRORS = {
    "a KeyError": _swap("return a[b]", "try:\n    return a[b]\nexcept KeyError:\n    return None"),
    "two narrow errors": _swap(
        "return int(a)", "try:\n    return int(a)\nexcept (TypeError, ValueError):\n    return 0"
    ),
    "a narrow suppress": _swap("os.remove(a)", "with contextlib.suppress(FileNotFoundError):\n    os.remove(a)"),
    "a broad handler that logs and raises": _swap(
        "return g(a)", "try:\n    return g(a)\nexcept Exception:\n    log.exception('g failed')\n    raise"
    ),
    "a handler made narrower": _swap(
        "try:\n    return a[b]\nexcept Exception:\n    return None",
        "try:\n    return a[b]\nexcept KeyError:\n    return None",
    ),
    "code beside an old broad handler": Change(
        "source.py",
        """
 def f(a):
     try:
-        return g(a)
+        return g(a.strip())
     except Exception:
         return None
""",
    ),
    "a finally that closes": _swap("return g(a)", "try:\n    return g(a)\nfinally:\n    a.close()"),
    "an error translated": _swap(
        "return g(a)", "try:\n    return g(a)\nexcept OSError as error:\n    raise StoreError(str(a)) from error"
    ),
    "an ImportError": _top("import tomllib", "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None"),
    "an exit that closes": Change(
        "source.py",
        " class File:\n     x = 1\n+    def __exit__(self, *error):\n+        self.close()\n+        return False\n",
    ),
}

OBJECTS = {
    "equality by value": Change(
        "source.py",
        """
 class Money:
     x = 1
+    def __eq__(self, other):
+        return isinstance(other, Money) and self.cents == other.cents
""",
    ),
    "a hash": Change(
        "source.py", " class Money:\n     x = 1\n+    def __hash__(self):\n+        return hash(self.cents)\n"
    ),
    "a membership": Change(
        "source.py", " class Bag:\n     x = 1\n+    def __contains__(self, item):\n+        return item in self.items\n"
    ),
    "a truth": Change(
        "source.py", " class Bag:\n     x = 1\n+    def __bool__(self):\n+        return bool(self.items)\n"
    ),
    "an order": Change(
        "source.py",
        """
 class Money:
     x = 1
-    def __lt__(self, other):
-        return self.cents > other.cents
+    def __lt__(self, other):
+        return self.cents < other.cents
""",
    ),
    "no equality": Change(
        "source.py", " class Money:\n     x = 1\n+    def __eq__(self, other):\n+        return NotImplemented\n"
    ),
}

SURROUNDINGS = {
    "an environment variable": _swap('return os.environ["HOME"]', 'return os.environ.get("HOME", "/")'),
    "CI handed on": _swap("run(a)", 'run(a, env={**os.environ, "CI": "1"})'),
    "the arguments of a program": _swap(
        "options = parse()", "options = parse(sys.argv[1:])", head="def main(argv=None):"
    ),
    "an exit of a program": _swap("print(a)", "print(a)\nsys.exit(2)", head="def main(argv=None):"),
    "an exit at the bottom": Change(
        "source.py", ' if __name__ == "__main__":\n-    main()\n+    import sys\n+    sys.exit(main())\n'
    ),
    "one more exit where there is one": Change(
        "source.py",
        """
 import sys
 def load(path):
     if not path:
         sys.exit('no path')
+    if path.is_dir():
+        sys.exit('a folder')
     return path.read_text()
""",
    ),
    "its own module": _swap("return __name__", "return sys.modules[__name__]"),
    "a module that may be loaded": _swap(
        "return False", 'numpy = sys.modules.get("numpy")\nreturn numpy is not None and isinstance(a, numpy.ndarray)'
    ),
    "a traceback in a log": _swap("log(a)", "log(a, traceback.format_exc())"),
    "a signature": _swap("return a(b)", "return a(b) if inspect.signature(a).parameters else a()"),
    "a warning": _swap("pass", 'warnings.warn("f is deprecated", DeprecationWarning, stacklevel=2)'),
    "a tool that runs pytest": _swap(
        'return ["pytest", a]',
        'return [sys.executable, "-m", "pytest", a]',
        "assert f('x', 0)[1:] == ['-m', 'pytest', 'x']",
    ),
    "a library by ctypes": _swap("return ctypes.CDLL(a)", "return ctypes.CDLL(a, use_errno=True)"),
    "stderr written to": _swap("print(a)", "print(a, file=sys.stderr)"),
    "stdout redirected": _swap("g(a)", "with contextlib.redirect_stdout(b):\n    g(a)"),
    "another process ended": _swap("pass", "os.kill(a.pid, signal.SIGTERM)"),
    "a standard module": _top("import json", "import json\nimport math", "assert f(2) == math.pi"),
    "a module of its own": _top("import json", "import json\nfrom source import names"),
    "an old noqa moved": Change("source.py", "-import a  # noqa: F401\n import b\n+import a  # noqa: F401\n"),
    "a noqa taken away": Change("source.py", "-import a  # noqa: F401\n+import a\n"),
    "prose about a type": _top("# types", "# the type: one of the names above; ignore case"),
}

REPAIRS = {
    f"{kind}: {name}": change
    for kind, table in (
        ("operator", OPERATORS),
        ("constant", CONSTANTS),
        ("branch", BRANCHES),
        ("error", ERRORS),
        ("object", OBJECTS),
        ("surroundings", SURROUNDINGS),
    )
    for name, change in table.items()
}
