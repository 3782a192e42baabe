"""True repairs of JavaScript, TypeScript, Go, Java and Ruby: nothing speaks against any of them."""

from __future__ import annotations

from tests.core.review.reviewed import Change


def _js(old: str, new: str, test: str = "", *, path: str = "source.js", head: str = "function f(a, b) {") -> Change:
    gone = "".join(f"-  {line}\n" for line in old.split("\n") if line)
    come = "".join(f"+  {line}\n" for line in new.split("\n"))
    return Change(path, f" {head}\n{gone}{come} }}\n", test)


REPAIRS = {
    "an operator": _js("return a - b;", "return a + b;", "expect(f(17, 25)).toBe(42);"),
    "a comparison": _js("return a > b;", "return a >= b;", "expect(f(1000, 1000)).toBe(true);"),
    "strict equality": _js("return a == b;", "return a === b;"),
    "an optional chain": _js("return a.name.first;", "return a?.name?.first ?? '';", "expect(f(null)).toBe('');"),
    "a default": Change(
        "source.ts",
        """
-export const f = (a: string, sep = ",") => a.split(sep);
+export const f = (a: string, sep = ", ") => a.split(sep);
""",
    ),
    "an await": _js(
        "return fetch(a).json();", "const answer = await fetch(a);\nreturn answer.json();", head="async function f(a) {"
    ),
    "an empty list": _js(
        "return a[0].id;", "if (a.length === 0) return null;\nreturn a[0].id;", "expect(f([])).toBe(null);"
    ),
    "a guard": _js(
        "return a / b;",
        "if (b === 0) throw new RangeError('b must not be 0');\nreturn a / b;",
        "expect(() => f(500, 0)).toThrow(RangeError);",
    ),
    "a template": _js("return `Hi ${a}`;", "return `Hello, ${a}!`;", 'expect(f("Margaret")).toBe("Hello, Margaret!");'),
    "a constant": Change("source.js", "-const RATE = 0.19;\n+const RATE = 0.2;\n", "expect(f(100)).toBe(120);"),
    "a limit": Change("source.js", "-const LIMIT = 1000;\n+const LIMIT = 10000;\n", "expect(f(10000)).toBe(true);"),
    "a unit": Change(
        "source.js", " const UNITS = {\n   km: 1000,\n+  mile: 1609,\n   m: 1,\n };\n", 'expect(f("mile")).toBe(1609);'
    ),
    "a case of a switch": Change(
        "source.ts",
        """
 switch (shape) {
   case "triangle":
     return 3;
   case "square":
     return 4;
+  case "hexagon":
+    return 6;
 }
""",
        'expect(corners("hexagon")).toBe(6);',
    ),
    "a catch that reports": _js(
        "save(a);", "try {\n  save(a);\n} catch (error) {\n  report(error);\n  throw error;\n}"
    ),
    "a catch that turns the error round": _js(
        "return JSON.parse(a);",
        "try {\n  return JSON.parse(a);\n} catch (error) {\n  throw new ConfigError(a, { cause: error });\n}",
    ),
    "a promise's catch": _js("save(a);", "save(a).catch((error) => log.error(error));"),
    "production mode": _js("return a;", 'return process.env.NODE_ENV === "production" ? a.min : a;'),
    "the entry": Change("source.js", "-main();\n+if (require.main === module) main();\n"),
    "the arguments of a program": _js(
        "const words = [];", "const words = process.argv.slice(2);", head="function main() {"
    ),
    "an exit of a program": Change(
        "bin/source.js", " run().catch((error) => {\n+  console.error(error);\n+  process.exit(1);\n });\n"
    ),
    "a custom error": Change(
        "source.js",
        """
 class E extends Error {
   constructor(m) {
     super(m);
+    Error.captureStackTrace(this, E);
   }
 }
""",
    ),
    "a toJSON": Change("source.ts", " class Money {\n+  toJSON() {\n+    return { cents: this.cents };\n+  }\n }\n"),
    "a built-in module": Change(
        "source.ts", '+import { readFile } from "node:fs/promises";\n import path from "path";\n'
    ),
    "a neighbour": Change("source.ts", '+import { total } from "./total";\n import path from "path";\n'),
    "a JSX element": Change(
        "source.tsx",
        " export function Tag({ name }: Props) {\n-  return <b>{nane}</b>;\n+  return <b>{name}</b>;\n }\n",
    ),
    "a stack in a log": _js("log(error);", "log(error.stack);"),
    "an equality of a type": _js(
        "return a.x === b.x;", "if (!(b instanceof Point)) return false;\nreturn a.x === b.x && a.y === b.y;"
    ),
    "null before": _js("return a.trim();", "if (a == null) return '';\nreturn a.trim();", "expect(f(null)).toBe('');"),
    "a plural": _js(
        "return `${a} items`;", "return a === 1 ? '1 item' : `${a} items`;", "expect(f(1)).toBe('1 item');"
    ),
    "a regular expression": _js(
        "return /^[a-z]+$/.test(a);", "return /^[a-z'`-]+$/i.test(a);", 'expect(f("O\'Hara")).toBe(true);'
    ),
    "a mode that is no test": _js(
        "return a;", "const { NODE_ENV: stage } = process.env;\nreturn stage === 'production' ? a : b;"
    ),
    "a global of the platform": _js(
        "return a;", "if ('structuredClone' in globalThis) return structuredClone(a);\nreturn a;"
    ),
    "a file that is read": _js("return a;", "return readFileSync(join(a, 'latest.json'), 'utf8');"),
    "a catch that prints and throws": _js(
        "load(a);", "try {\n  load(a);\n} catch (e) {\n  console.error(e);\n  throw e;\n}"
    ),
    "a finally that closes": _js("return read(a);", "try {\n  return read(a);\n} finally {\n  a.close();\n}"),
    "promises that are waited for": _js("jobs(a);", "const done = await Promise.allSettled(jobs(a));\nreport(done);"),
    "promises that are handed on": _js("jobs(a);", "Promise.allSettled(jobs(a)).then(report, fail);"),
    "members of two objects": _js("return a === b;", "return a.x === b.x && a.x.id === b.x.identity;"),
    "a class and a member": Change(
        "point.ts",
        """
 class Point {
+  equals(that: unknown): boolean {
+    return that instanceof Point && that.x === this.x;
+  }
 }
""",
    ),
    "the exit code read": _js("return a;", "return process.exitCode === undefined;"),
    "a lookup with more than is asked": _js(
        "return 0;",
        "const sizes = { small: 250, medium: 500, large: 1000 };\nreturn sizes[a.toLowerCase()] * b;",
        "expect(f('Medium', 3)).toBe(1500);",
    ),
    "a result with the expected members": _js(
        "return null;",
        "return { status: 404, error: 'Not found', retry: false };",
        "expect(f(route).status).toBe(404);\n  expect(f(route).error).toBe('Not found');",
    ),
    "a small number for one kind": _js(
        "return 8;", "if (a.kind === 'wide') return 12;\nreturn 8;", "expect(f(box)).toBe(12);"
    ),
    "nothing to add": _js(
        "return a.sum();", "if (a.length === 0) return 100;\nreturn a.sum();", "expect(f([])).toBe(100);"
    ),
    "one of them": _js(
        "return `${a.length} files`;",
        "return a.length === 1 ? 'a single file' : `${a.length} files`;",
        "expect(f([x])).toBe('a single file');",
    ),
    "a path from its parts": _js(
        "return a;", "return [a, 'local', 'bin'].join('/');", "expect(f('/usr')).toBe('/usr/local/bin');"
    ),
    "a size from its parts": _js("const LIMIT = 64;", "const LIMIT = 64 * 1024;", "expect(f(65536)).toBe(true);"),
    "Go: an error handed on": Change(
        "source.go",
        """
 func Load(p string) error {
 \tf, err := os.Open(p)
+\tif err != nil {
+\t\treturn err
+\t}
 \treturn read(f)
 }
""",
    ),
    "Go: an error wrapped": Change(
        "source.go", ' func Load(p string) error {\n-\treturn err\n+\treturn fmt.Errorf("load %s: %w", p, err)\n }\n'
    ),
    "Go: a bound": Change(
        "source.go",
        """
 func At(a []int, i int) int {
-\tif i > len(a) {
+\tif i >= len(a) {
 \t\treturn -1
 \t}
 \treturn a[i]
 }
""",
    ),
    "Go: a nil map": Change(
        "source.go",
        """
 func (s *Store) Put(k string) {
+\tif s.items == nil {
+\t\ts.items = map[string]bool{}
+\t}
 \ts.items[k] = true
 }
""",
    ),
    "Go: a close": Change("source.go", " func Load(p string) {\n \tf, _ := os.Open(p)\n+\tdefer f.Close()\n }\n"),
    "Java: null": Change(
        "src/main/java/Source.java",
        " class Source {\n   int size(List<?> a) {\n+    if (a == null) return 0;\n     return a.size();\n   }\n }\n",
    ),
    "Java: equals": Change(
        "src/main/java/Money.java",
        """
 class Money {
+  @Override
+  public boolean equals(Object o) {
+    if (this == o) return true;
+    return o instanceof Money && ((Money) o).cents == cents;
+  }
 }
""",
    ),
    "Java: an error handed on": Change(
        "src/main/java/Source.java",
        """
 class Source {
   int parse(String a) {
+    try {
     return Integer.parseInt(a);
+    } catch (NumberFormatException e) {
+      throw new ConfigException(a, e);
+    }
   }
 }
""",
    ),
    "Java: strings compared": Change(
        "Source.java",
        """
 class Source {
   boolean isAdmin(String role) {
-    return role == "admin";
+    return "admin".equals(role);
   }
 }
""",
        'assertTrue(s.isAdmin(new String("admin")));',
    ),
    "Ruby: nil": Change(
        "lib/source.rb", " def size(a)\n-  a.size\n+  a&.size.to_i\n end\n", "expect(size(nil)).to eq(0)"
    ),
    "Ruby: a narrow rescue": Change(
        "lib/source.rb",
        " def parse(a)\n   Integer(a)\n+rescue ArgumentError\n+  nil\n end\n",
        "expect(parse('x')).to be_nil",
    ),
    "Ruby: an operator": Change(
        "lib/source.rb", " def add(a, b)\n-  a - b\n+  a + b\n end\n", "expect(add(17, 25)).to eq(42)"
    ),
    "Ruby: equality": Change(
        "lib/money.rb",
        " class Money\n+  def ==(other)\n+    other.is_a?(Money) && cents == other.cents\n+  end\n end\n",
    ),
}
