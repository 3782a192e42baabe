"""Bugs in small classes of Java, about collections, objects and what is missing."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

MORE_JAVA = (
    Bug(
        "ring",
        "java",
        """
package subject;

public final class Subject {
    private final int[] items;
    private int first;
    private int count;

    public Subject(int size) {
        items = new int[size];
    }

    public Subject add(int item) {
        items[(first + count) % items.length] = item;
        if (count < items.length) {
            count++;
        } else {
            first = (first + 1) % items.length;
        }
        return this;
    }

    public int get(int index) {
        return items[(first + index) % items.length];
    }

    public int size() {
        return count;
    }
}
""",
        (("first = (first + 1) % items.length;", "first = (count + 1) % items.length;"),),
        """
new Subject(2).add(1).add(2).get(0) ~> 1
new Subject(2).add(1).add(2).add(3).get(0) ~> 2
new Subject(2).add(1).add(2).add(3).add(4).get(0) ~> 3
new Subject(2).add(1).size() ~> 1
new Subject(2).add(1).add(2).add(3).size() ~> 2
""",
        """
new Subject(3).add(1).add(2).add(3).add(4).get(0) ~> 2
new Subject(3).add(1).add(2).add(3).add(4).add(5).get(2) ~> 5
new Subject(1).add(7).add(8).get(0) ~> 8
""",
    ),
    Bug(
        "counts",
        "java",
        """
package subject;

import java.util.Map;
import java.util.TreeMap;

public final class Subject {
    private Subject() {}

    public static Map<Character, Integer> counts(String text) {
        Map<Character, Integer> found = new TreeMap<>();
        for (char sign : text.toCharArray()) {
            found.put(sign, found.getOrDefault(sign, 0) + 1);
        }
        return found;
    }

    public static char commonest(String text) {
        char best = ' ';
        int most = 0;
        for (Map.Entry<Character, Integer> entry : counts(text).entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                best = entry.getKey();
            }
        }
        return best;
    }
}
""",
        (("found.getOrDefault(sign, 0) + 1", "found.getOrDefault(sign, 1) + 1"),),
        """
Subject.counts("aab") ~> Map.of('a', 2, 'b', 1)
Subject.counts("") ~> Map.of()
Subject.commonest("abbc") ~> 'b'
""",
        """
Subject.counts("xyx") ~> Map.of('x', 2, 'y', 1)
Subject.counts("zzzz") ~> Map.of('z', 4)
Subject.commonest("a") ~> 'a'
""",
    ),
    Bug(
        "cart",
        "java",
        """
package subject;

import java.util.ArrayList;
import java.util.List;

public final class Subject {
    private final List<Integer> prices = new ArrayList<>();
    private int discount;

    public Subject with(int price) {
        prices.add(price);
        return this;
    }

    public Subject reduced(int percent) {
        discount = percent;
        return this;
    }

    public int subtotal() {
        int sum = 0;
        for (int price : prices) {
            sum += price;
        }
        return sum;
    }

    public int total() {
        return subtotal() * (100 - discount) / 100;
    }
}
""",
        (("sum += price;", "sum = price;"),),
        """
new Subject().with(100).total() ~> 100
new Subject().with(100).with(50).subtotal() ~> 150
new Subject().with(100).with(100).reduced(10).total() ~> 180
new Subject().total() ~> 0
""",
        """
new Subject().with(1).with(2).with(3).subtotal() ~> 6
new Subject().with(40).with(60).reduced(50).total() ~> 50
""",
    ),
    Bug(
        "search",
        "java",
        """
package subject;

import java.util.List;

public final class Subject {
    private Subject() {}

    public static int find(List<Integer> sorted, int wanted) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) / 2;
            if (sorted.get(middle) < wanted) {
                low = middle + 1;
            } else if (sorted.get(middle) > wanted) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    public static boolean holds(List<Integer> sorted, int wanted) {
        return find(sorted, wanted) >= 0;
    }
}
""",
        (("while (low <= high)", "while (low < high)"),),
        """
Subject.find(List.of(1, 3, 5), 5) ~> 2
Subject.find(List.of(1, 3, 5), 3) ~> 1
Subject.find(List.of(1, 3, 5), 4) ~> -1
Subject.holds(List.of(7), 7) ~> true
Subject.holds(List.of(), 7) ~> false
""",
        """
Subject.find(List.of(2, 4, 6, 8), 2) ~> 0
Subject.find(List.of(2, 4, 6, 8), 8) ~> 3
Subject.holds(List.of(1, 2), 2) ~> true
""",
    ),
    Bug(
        "money",
        "java",
        """
package subject;

import java.util.Objects;

public final class Subject {
    private final long cents;
    private final String currency;

    public Subject(long cents, String currency) {
        this.cents = cents;
        this.currency = currency;
    }

    public Subject plus(Subject other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("two currencies");
        }
        return new Subject(cents + other.cents, currency);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subject && cents == ((Subject) other).cents
                && currency.equals(((Subject) other).currency);
    }

    @Override
    public int hashCode() {
        return Objects.hash(cents, currency);
    }

    @Override
    public String toString() {
        return cents / 100 + "." + (cents % 100 < 10 ? "0" : "") + cents % 100 + " " + currency;
    }
}
""",
        (("cents % 100 < 10 ?", "cents / 100 < 10 ?"),),
        """
new Subject(1005, "EUR").toString() ~> "10.05 EUR"
new Subject(250, "EUR").toString() ~> "2.50 EUR"
new Subject(100, "EUR").plus(new Subject(5, "EUR")) ~> new Subject(105, "EUR")
new Subject(1, "EUR").equals(new Subject(1, "USD")) ~> false
""",
        """
new Subject(199, "USD").toString() ~> "1.99 USD"
new Subject(100000, "USD").toString() ~> "1000.00 USD"
new Subject(1010, "EUR").toString() ~> "10.10 EUR"
""",
    ),
    Bug(
        "stack",
        "java",
        """
package subject;

import java.util.ArrayDeque;
import java.util.Deque;

public final class Subject {
    private Subject() {}

    public static boolean isBalanced(String text) {
        Deque<Character> open = new ArrayDeque<>();
        for (char sign : text.toCharArray()) {
            if (sign == '(') {
                open.push(')');
            } else if (sign == '[') {
                open.push(']');
            } else if (sign == ')' || sign == ']') {
                if (open.isEmpty() || open.pop() != sign) {
                    return false;
                }
            }
        }
        return open.isEmpty();
    }
}
""",
        (("        return open.isEmpty();", "        return true;"),),
        """
Subject.isBalanced("(a[b])") ~> true
Subject.isBalanced("(") ~> false
Subject.isBalanced(")") ~> false
Subject.isBalanced("([)]") ~> false
Subject.isBalanced("") ~> true
""",
        """
Subject.isBalanced("((") ~> false
Subject.isBalanced("()[") ~> false
Subject.isBalanced("[()]()") ~> true
""",
    ),
    Bug(
        "ranges",
        "java",
        """
package subject;

import java.util.ArrayList;
import java.util.List;

public final class Subject {
    private Subject() {}

    public static List<int[]> merged(List<int[]> sorted) {
        List<int[]> out = new ArrayList<>();
        for (int[] range : sorted) {
            int[] last = out.isEmpty() ? null : out.get(out.size() - 1);
            if (last != null && range[0] <= last[1]) {
                last[1] = Math.max(last[1], range[1]);
            } else {
                out.add(new int[] {range[0], range[1]});
            }
        }
        return out;
    }

    public static int length(List<int[]> sorted) {
        int sum = 0;
        for (int[] range : merged(sorted)) {
            sum += range[1] - range[0];
        }
        return sum;
    }
}
""",
        (("Math.max(last[1], range[1])", "Math.min(last[1], range[1])"),),
        """
Subject.length(List.of(new int[] {1, 4}, new int[] {2, 6})) ~> 5
Subject.length(List.of(new int[] {1, 2}, new int[] {4, 6})) ~> 3
Subject.merged(List.of(new int[] {1, 2}, new int[] {2, 3})).size() ~> 1
Subject.length(List.of()) ~> 0
""",
        """
Subject.length(List.of(new int[] {1, 9}, new int[] {2, 3})) ~> 8
Subject.length(List.of(new int[] {0, 1}, new int[] {1, 2}, new int[] {5, 7})) ~> 4
Subject.merged(List.of(new int[] {1, 2}, new int[] {3, 4})).size() ~> 2
""",
    ),
    Bug(
        "retries",
        "java",
        """
package subject;

import java.util.function.IntPredicate;

public final class Subject {
    private Subject() {}

    public static int attempts(int most, IntPredicate works) {
        int attempt = 0;
        while (attempt < most) {
            attempt++;
            if (works.test(attempt)) {
                return attempt;
            }
        }
        return -1;
    }

    public static long delay(int attempt, long base, long limit) {
        return Math.min(base << attempt, limit);
    }
}
""",
        (("Math.min(base << attempt, limit)", "Math.min(base << limit, attempt)"),),
        """
Subject.attempts(3, at -> at == 2) ~> 2
Subject.attempts(3, at -> false) ~> -1
Subject.delay(2, 100L, 5000L) ~> 400L
Subject.delay(0, 100L, 5000L) ~> 100L
""",
        """
Subject.delay(9, 100L, 5000L) ~> 5000L
Subject.delay(1, 10L, 50L) ~> 20L
Subject.attempts(1, at -> true) ~> 1
""",
    ),
)
