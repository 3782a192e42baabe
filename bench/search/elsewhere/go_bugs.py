"""Bugs in small packages of Go."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

GO = (
    Bug("clamp", "go", """
package subject

func Clamp(value, low, high int) int {
	if value < low {
		return low
	}
	if value > high {
		return high
	}
	return value
}

func Abs(value int) int {
	if value < 0 {
		return -value
	}
	return value
}
""", (("value > high", "value < high"),), """
Clamp(5, 1, 9) ~> 5
Clamp(0, 1, 9) ~> 1
Clamp(12, 1, 9) ~> 9
Abs(-3) ~> 3
""", """
Clamp(9, 1, 9) ~> 9
Clamp(100, 0, 50) ~> 50
Clamp(-7, -5, 5) ~> -5
Clamp(1, 1, 9) ~> 1
"""),
    Bug("words", "go", """
package subject

import "strings"

func CountWords(text string) map[string]int {
	counts := map[string]int{}
	for _, word := range strings.Fields(strings.ToLower(text)) {
		counts[word]++
	}
	return counts
}

func Initials(name string) string {
	out := ""
	for _, word := range strings.Fields(name) {
		out += strings.ToUpper(word[:1]) + "."
	}
	return out
}
""", (("strings.ToUpper(word[:1])", "strings.ToLower(word[:1])"),), """
CountWords("a B a b A") ~> map[string]int{"a": 3, "b": 2}
CountWords("") ~> map[string]int{}
Initials("ada lovelace") ~> "A.L."
""", """
Initials("x") ~> "X."
Initials("") ~> ""
Initials("Grace Brewster Hopper") ~> "G.B.H."
"""),
    Bug("prefix", "go", """
package subject

import "strings"

func IsComment(line string) bool {
	return strings.HasPrefix(strings.TrimSpace(line), "#")
}

func Lines(text string) []string {
	found := []string{}
	for _, line := range strings.Split(text, "\\n") {
		if strings.TrimSpace(line) != "" && !IsComment(line) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}
""", (('strings.HasPrefix(strings.TrimSpace(line), "#")', 'strings.HasSuffix(strings.TrimSpace(line), "#")'),), """
IsComment("# a") ~> true
IsComment("a") ~> false
Lines("a\\n# b\\n\\n c ") ~> []string{"a", "c"}
""", """
IsComment("  #") ~> true
IsComment("a #") ~> false
Lines("#x\\ny#") ~> []string{"y#"}
"""),
    Bug("average", "go", """
package subject

func Average(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}

func Largest(values []float64) float64 {
	found := values[0]
	for _, value := range values[1:] {
		if value > found {
			found = value
		}
	}
	return found
}
""", (("sum += value", "sum -= value"),), """
Average([]float64{1, 2, 3}) ~> 2.0
Average(nil) ~> 0.0
Largest([]float64{1, 3, 2}) ~> 3.0
""", """
Average([]float64{5}) ~> 5.0
Average([]float64{-1, 1}) ~> 0.0
Average([]float64{1.5, 2.5}) ~> 2.0
"""),
    Bug("queue", "go", """
package subject

type Queue struct {
	items []int
}

func (q *Queue) Push(item int) *Queue {
	q.items = append(q.items, item)
	return q
}

func (q *Queue) Pop() int {
	if len(q.items) == 0 {
		return -1
	}
	first := q.items[0]
	q.items = q.items[1:]
	return first
}

func (q *Queue) Len() int {
	return len(q.items)
}

func Second(items ...int) int {
	q := &Queue{}
	for _, item := range items {
		q.Push(item)
	}
	q.Pop()
	return q.Pop()
}
""", (("q.items = q.items[1:]", "q.items = q.items[2:]"),), """
(&Queue{}).Push(1).Push(2).Pop() ~> 1
(&Queue{}).Pop() ~> -1
Second(4, 5, 6) ~> 5
""", """
Second(1, 2) ~> 2
Second(9) ~> -1
(&Queue{}).Push(1).Push(2).Len() ~> 2
"""),
    Bug("leap", "go", """
package subject

func IsLeap(year int) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

func Days(year, month int) int {
	switch month {
	case 2:
		if IsLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
""", (("year%100 != 0 || year%400", "year%100 != 0 && year%400"),), """
IsLeap(2024) ~> true
IsLeap(2023) ~> false
IsLeap(1900) ~> false
IsLeap(2000) ~> true
Days(2024, 2) ~> 29
Days(2023, 1) ~> 31
""", """
IsLeap(1996) ~> true
IsLeap(2100) ~> false
IsLeap(2400) ~> true
Days(2023, 2) ~> 28
"""),
    Bug("wrap", "go", """
package subject

import "strings"

func Wrap(text string, width int) []string {
	lines := []string{}
	line := ""
	for _, word := range strings.Fields(text) {
		if line == "" {
			line = word
		} else if len(line)+1+len(word) <= width {
			line += " " + word
		} else {
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
""", (("len(line)+1+len(word) <= width", "len(line)+1+len(word) < width"),), """
Wrap("aa bb cc", 5) ~> []string{"aa bb", "cc"}
Wrap("", 5) ~> []string{}
Wrap("aaa bbb", 3) ~> []string{"aaa", "bbb"}
""", """
Wrap("a b c d", 3) ~> []string{"a b", "c d"}
Wrap("a bb ccc", 4) ~> []string{"a bb", "ccc"}
Wrap("one two three", 20) ~> []string{"one two three"}
"""),
)  # fmt: skip
