"""Bugs in small classes of Java, about numbers."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

JAVA_NUMBERS = (
    Bug(
        "average",
        "java",
        """
package subject;

import java.util.List;

public final class Subject {
    private Subject() {}

    public static double average(List<Integer> numbers) {
        if (numbers.isEmpty()) {
            return 0.0;
        }
        int sum = 0;
        for (int number : numbers) {
            sum += number;
        }
        return (double) sum / numbers.size();
    }

    public static int largest(List<Integer> numbers) {
        int best = numbers.get(0);
        for (int number : numbers) {
            best = Math.max(best, number);
        }
        return best;
    }
}
""",
        (("(double) sum / numbers.size()", "sum / numbers.size()"),),
        """
Subject.average(List.of(1, 2)) ~> 1.5
Subject.average(List.of(4)) ~> 4.0
Subject.average(List.of()) ~> 0.0
Subject.largest(List.of(3, 7, 2)) ~> 7
""",
        """
Subject.average(List.of(1, 1, 2)) ~> 4.0 / 3
Subject.average(List.of(-1, -2)) ~> -1.5
Subject.largest(List.of(-3, -1)) ~> -1
""",
    ),
    Bug(
        "leap",
        "java",
        """
package subject;

public final class Subject {
    private Subject() {}

    public static boolean isLeap(int year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    public static int days(int month, int year) {
        switch (month) {
            case 2:
                return isLeap(year) ? 29 : 28;
            case 4:
            case 6:
            case 9:
            case 11:
                return 30;
            default:
                return 31;
        }
    }
}
""",
        (("(year % 100 != 0 || year % 400 == 0)", "(year % 100 != 0 && year % 400 == 0)"),),
        """
Subject.isLeap(2000) ~> true
Subject.isLeap(2024) ~> true
Subject.isLeap(2023) ~> false
Subject.isLeap(1900) ~> false
Subject.days(2, 2024) ~> 29
Subject.days(4, 2023) ~> 30
""",
        """
Subject.isLeap(1996) ~> true
Subject.isLeap(2100) ~> false
Subject.isLeap(2400) ~> true
Subject.days(2, 1900) ~> 28
Subject.days(12, 2000) ~> 31
""",
    ),
    Bug(
        "primes",
        "java",
        """
package subject;

import java.util.ArrayList;
import java.util.List;

public final class Subject {
    private Subject() {}

    public static boolean isPrime(int number) {
        if (number < 2) {
            return false;
        }
        for (int divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    public static List<Integer> below(int limit) {
        List<Integer> found = new ArrayList<>();
        for (int number = 2; number < limit; number++) {
            if (isPrime(number)) {
                found.add(number);
            }
        }
        return found;
    }
}
""",
        (("divisor * divisor <= number", "divisor * divisor < number"),),
        """
Subject.isPrime(9) ~> false
Subject.isPrime(7) ~> true
Subject.isPrime(1) ~> false
Subject.below(10) ~> List.of(2, 3, 5, 7)
""",
        """
Subject.isPrime(25) ~> false
Subject.isPrime(4) ~> false
Subject.isPrime(2) ~> true
Subject.below(30) ~> List.of(2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
""",
    ),
    Bug(
        "caesar",
        "java",
        """
package subject;

public final class Subject {
    private static final int LETTERS = 26;

    private Subject() {}

    public static String shifted(String text, int by) {
        StringBuilder out = new StringBuilder();
        for (char sign : text.toCharArray()) {
            if (sign >= 'a' && sign <= 'z') {
                out.append((char) ('a' + (sign - 'a' + by) % LETTERS));
            } else {
                out.append(sign);
            }
        }
        return out.toString();
    }

    public static String back(String text, int by) {
        return shifted(text, LETTERS - by);
    }
}
""",
        (("LETTERS = 26;", "LETTERS = 24;"),),
        """
Subject.shifted("abc", 1) ~> "bcd"
Subject.shifted("xyz", 3) ~> "abc"
Subject.shifted("a-b", 1) ~> "b-c"
Subject.back("bcd", 1) ~> "abc"
""",
        """
Subject.shifted("hello", 13) ~> "uryyb"
Subject.back("uryyb", 13) ~> "hello"
Subject.shifted("z", 1) ~> "a"
""",
    ),
)
