"""Bugs in small classes of Java, about texts, numbers and bounds."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

JAVA = (
    Bug(
        "same_name",
        "java",
        """
package subject;

import java.util.List;

public final class Subject {
    private Subject() {}

    public static boolean isSame(String one, String other) {
        return one.trim().equals(other.trim());
    }

    public static int count(List<String> names, String wanted) {
        int found = 0;
        for (String name : names) {
            if (isSame(name, wanted)) {
                found++;
            }
        }
        return found;
    }
}
""",
        (("one.trim().equals(other.trim())", "one.trim() == other.trim()"),),
        """
Subject.isSame("anna", "anna ") ~> true
Subject.isSame("anna", "otto") ~> false
Subject.count(List.of("anna ", " otto", " anna"), "anna") ~> 2
Subject.count(List.of(), "anna") ~> 0
""",
        """
Subject.isSame(" x", "x ") ~> true
Subject.count(List.of("a ", " a", "b"), "a") ~> 2
""",
    ),
    Bug(
        "palindrome",
        "java",
        """
package subject;

public final class Subject {
    private Subject() {}

    public static boolean isPalindrome(String text) {
        for (int left = 0, right = text.length() - 1; left < right; left++, right--) {
            if (text.charAt(left) != text.charAt(right)) {
                return false;
            }
        }
        return true;
    }

    public static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }
}
""",
        (("right = text.length() - 1;", "right = text.length();"),),
        """
Subject.isPalindrome("anna") ~> true
Subject.isPalindrome("lagerregal") ~> true
Subject.isPalindrome("java") ~> false
Subject.isPalindrome("") ~> true
Subject.reversed("abc") ~> "cba"
""",
        """
Subject.isPalindrome("x") ~> true
Subject.isPalindrome("xyzx") ~> false
Subject.isPalindrome("abcba") ~> true
""",
    ),
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
        "initials",
        "java",
        """
package subject;

public final class Subject {
    private Subject() {}

    public static String initials(String name) {
        if (name == null || name.isBlank()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        for (String part : name.trim().split("\\\\s+")) {
            out.append(Character.toUpperCase(part.charAt(0)));
        }
        return out.toString();
    }

    public static String capitalised(String word) {
        return word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
""",
        (('        if (name == null || name.isBlank()) {\n            return "";\n        }\n', ""),),
        """
Subject.initials("ada lovelace") ~> "AL"
Subject.initials(null) ~> ""
Subject.initials("grace  brewster hopper") ~> "GBH"
Subject.capitalised("ada") ~> "Ada"
""",
        """
Subject.initials("x") ~> "X"
Subject.initials(null) ~> ""
Subject.capitalised("") ~> ""
""",
    ),
    Bug(
        "grades",
        "java",
        """
package subject;

public final class Subject {
    private static final int PASS = 50;
    private static final int GOOD = 75;

    private Subject() {}

    public static String grade(int points) {
        if (points < 0 || points > 100) {
            throw new IllegalArgumentException("points are from 0 to 100");
        }
        if (points >= GOOD) {
            return "good";
        }
        return points >= PASS ? "passed" : "failed";
    }

    public static boolean isPassed(int points) {
        return !grade(points).equals("failed");
    }
}
""",
        (('return points >= PASS ? "passed"', 'return points > PASS ? "passed"'),),
        """
Subject.grade(50) ~> "passed"
Subject.grade(49) ~> "failed"
Subject.grade(75) ~> "good"
Subject.isPassed(50) ~> true
Subject.isPassed(0) ~> false
""",
        """
Subject.grade(51) ~> "passed"
Subject.grade(74) ~> "passed"
Subject.grade(100) ~> "good"
Subject.grade(0) ~> "failed"
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
        "padding",
        "java",
        """
package subject;

public final class Subject {
    private Subject() {}

    public static String padded(String text, int width, char sign) {
        StringBuilder out = new StringBuilder();
        for (int at = text.length(); at < width; at++) {
            out.append(sign);
        }
        return out.append(text).toString();
    }

    public static String clock(int hours, int minutes) {
        return padded(String.valueOf(hours), 2, '0') + ":" + padded(String.valueOf(minutes), 2, '0');
    }
}
""",
        (
            (
                "return padded(String.valueOf(hours), 2, '0') + \":\" + padded(String.valueOf(minutes), 2, '0');",
                "return padded(String.valueOf(minutes), 2, '0') + \":\" + padded(String.valueOf(hours), 2, '0');",
            ),
        ),
        """
Subject.padded("7", 3, '.') ~> "..7"
Subject.padded("seven", 3, '.') ~> "seven"
Subject.clock(7, 30) ~> "07:30"
Subject.clock(12, 5) ~> "12:05"
""",
        """
Subject.clock(0, 0) ~> "00:00"
Subject.clock(23, 59) ~> "23:59"
Subject.clock(1, 2) ~> "01:02"
""",
    ),
    Bug(
        "slug",
        "java",
        """
package subject;

import java.util.Locale;

public final class Subject {
    private Subject() {}

    public static String slug(String title) {
        String plain = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        if (plain.startsWith("-")) {
            plain = plain.substring(1);
        }
        return plain.endsWith("-") ? plain.substring(0, plain.length() - 1) : plain;
    }

    public static int words(String title) {
        return title.isBlank() ? 0 : title.trim().split(" +").length;
    }
}
""",
        (("title.toLowerCase(Locale.ROOT)", "title.toUpperCase(Locale.ROOT)"),),
        """
Subject.slug("ada and bob") ~> "ada-and-bob"
Subject.slug("Hello, World!") ~> "hello-world"
Subject.slug("...a") ~> "a"
Subject.words(" one  two ") ~> 2
""",
        """
Subject.slug("A1 b2") ~> "a1-b2"
Subject.slug("--x--") ~> "x"
Subject.words("") ~> 0
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
