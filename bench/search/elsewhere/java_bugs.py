"""Bugs in small classes of Java, about texts and bounds."""

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
)
