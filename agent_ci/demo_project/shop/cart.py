from __future__ import annotations

from dataclasses import dataclass, field

from shop.discounts import discounted


@dataclass
class Cart:
    lines: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, name: str, cents: int, count: int = 1) -> None:
        _, already = self.lines.get(name, (cents, 0))
        self.lines[name] = (cents, already + count)

    def remove(self, name: str, count: int = 1) -> None:
        cents, already = self.lines[name]
        if already <= count:
            del self.lines[name]
        else:
            self.lines[name] = (cents, already - count)

    def subtotal(self) -> int:
        return sum(cents * count for cents, count in self.lines.values())

    def total(self) -> int:
        return discounted(self.subtotal())

    def is_empty(self) -> bool:
        return not self.lines
