"""Bugs in small packages of Go, about tables, types and loops."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

MORE_GO = (
    Bug("matrix", "go", """
package subject

func Transpose(rows [][]int) [][]int {
	if len(rows) == 0 {
		return [][]int{}
	}
	out := make([][]int, len(rows[0]))
	for i := range out {
		out[i] = make([]int, len(rows))
		for j := range rows {
			out[i][j] = rows[j][i]
		}
	}
	return out
}

func Trace(rows [][]int) int {
	sum := 0
	for i := range rows {
		sum += rows[i][i]
	}
	return sum
}
""", (("rows[j][i]", "rows[i][j]"),), """
Transpose([][]int{{1, 2}, {3, 4}}) ~> [][]int{{1, 3}, {2, 4}}
Transpose([][]int{}) ~> [][]int{}
Trace([][]int{{1, 2}, {3, 4}}) ~> 5
""", """
Transpose([][]int{{1, 2, 3}}) ~> [][]int{{1}, {2}, {3}}
Transpose([][]int{{1}, {2}}) ~> [][]int{{1, 2}}
"""),
    Bug("account", "go", """
package subject

import "errors"

type Account struct {
	Balance int
}

var ErrPoor = errors.New("not enough money")

func (a *Account) Withdraw(amount int) error {
	if amount > a.Balance {
		return ErrPoor
	}
	a.Balance -= amount
	return nil
}

func Left(balance int, amounts ...int) int {
	account := &Account{balance}
	for _, amount := range amounts {
		if err := account.Withdraw(amount); err != nil {
			return -1
		}
	}
	return account.Balance
}
""", (("err != nil", "err == nil"),), """
Left(10, 3) ~> 7
Left(10, 11) ~> -1
Left(10) ~> 10
(&Account{1}).Withdraw(2) ~> ErrPoor
""", """
Left(10, 10) ~> 0
Left(10, 5, 6) ~> -1
Left(10, 1, 2, 3) ~> 4
"""),
    Bug("owner", "go", """
package subject

type Person struct {
	Name string
}

type Pet struct {
	Name  string
	Owner *Person
}

func OwnerOf(pet *Pet) string {
	if pet.Owner == nil {
		return "nobody"
	}
	return pet.Owner.Name
}

func Describe(pets []*Pet) []string {
	out := []string{}
	for _, pet := range pets {
		out = append(out, pet.Name+" of "+OwnerOf(pet))
	}
	return out
}
""", (("""	if pet.Owner == nil {
		return "nobody"
	}
""", ""),), """
OwnerOf(&Pet{"Rex", &Person{"Ada"}}) ~> "Ada"
OwnerOf(&Pet{"Rex", nil}) ~> "nobody"
Describe([]*Pet{}) ~> []string{}
""", """
Describe([]*Pet{{"Rex", nil}}) ~> []string{"Rex of nobody"}
OwnerOf(&Pet{"", nil}) ~> "nobody"
"""),
    Bug("gcd", "go", """
package subject

func GCD(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func LCM(a, b int) int {
	return a / GCD(a, b) * b
}
""", (("return a / GCD(a, b) * b", "return a / GCD(a, b) * a"),), """
GCD(12, 18) ~> 6
GCD(7, 0) ~> 7
LCM(4, 6) ~> 12
LCM(3, 5) ~> 15
""", """
LCM(2, 8) ~> 8
LCM(10, 4) ~> 20
LCM(1, 9) ~> 9
"""),
    Bug("fibonacci", "go", """
package subject

func Fibonacci(count int) []int {
	out := []int{}
	a, b := 0, 1
	for i := 0; i < count; i++ {
		out = append(out, a)
		a, b = b, a+b
	}
	return out
}

func Sum(values []int) int {
	total := 0
	for i := 0; i < len(values); i++ {
		total += values[i]
	}
	return total
}
""", (("for i := 0; i < len(values); i++", "for i := 1; i < len(values); i++"),), """
Fibonacci(5) ~> []int{0, 1, 1, 2, 3}
Fibonacci(0) ~> []int{}
Sum([]int{1, 2, 3}) ~> 6
Sum(nil) ~> 0
""", """
Sum([]int{4}) ~> 4
Sum([]int{-1, 1}) ~> 0
Sum([]int{5, 5, 5, 5}) ~> 20
"""),
    Bug("caesar", "go", """
package subject

func shift(letter rune, by int) rune {
	if letter >= 'a' && letter <= 'z' {
		return 'a' + (letter-'a'+rune(by)+26)%26
	}
	return letter
}

func Encode(text string, by int) string {
	out := []rune{}
	for _, letter := range text {
		out = append(out, shift(letter, by))
	}
	return string(out)
}

func Decode(text string, by int) string {
	return Encode(text, -by)
}
""", (("Encode(text, -by)", "Encode(text, by)"),), """
Encode("abc", 1) ~> "bcd"
Encode("xyz!", 3) ~> "abc!"
Decode("bcd", 1) ~> "abc"
""", """
Decode("abc", 3) ~> "xyz"
Decode("a", 0) ~> "a"
Decode(Encode("hello", 7), 7) ~> "hello"
"""),
)  # fmt: skip
