"""Tests in PHP that are hard to select: data sets with and without names, one name within another, in Unicode."""

from __future__ import annotations

from agent_ci.core.frameworks.php import PhpUnit
from bench.selectors.ecosystem import Ecosystem, by

SETTINGS = (
    '<phpunit><testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites></phpunit>\n'
)
MONEY = "<?php\nnamespace Shop;\nfunction half(int $amount): int\n{\n    return intdiv($amount, 3);\n}\n"
_TEST = """<?php
namespace Shop\\Tests;

require_once __DIR__ . '/../src/money.php';

use PHPUnit\\Framework\\TestCase;
use function Shop\\half;

final class MoneyTest extends TestCase
{
    public function testHalf(): void
    {
        $this->assertSame(2, half(4));
    }

    public function testHalfOfNothing(): void
    {
        $this->assertSame(0, half(0));
    }

    public function testHalfOf(): void
    {
        throw new \\LogicException("it's <not> \\0 \\"so\\"");
    }

    /** @test */
    public function größer(): void
    {
        $this->assertSame(3, half(6));
    }

    /** @dataProvider words */
    public function testWords(int $whole, int $half): void
    {
        $this->assertSame($half, half($whole));
    }

    public static function words(): array
    {
        return [
            [0, 0],
            [4, 2],
            'a "b"/c::d $x (e) *' => [6, 3],
            "größer'" => [8, 4],
            "a\\nb" => [8, 4],
            '#1' => [8, 4],
        ];
    }
}
"""
ECOSYSTEM = Ecosystem(
    "phpunit",
    {"phpunit.xml": SETTINGS, "src/money.php": MONEY, "tests/MoneyTest.php": _TEST},
    (
        "Shop\\Tests\\MoneyTest::größer",
        "Shop\\Tests\\MoneyTest::testHalf",
        "Shop\\Tests\\MoneyTest::testHalfOf",
        'Shop\\Tests\\MoneyTest::testWords with data set "#1"',
        'Shop\\Tests\\MoneyTest::testWords with data set "a "b"/c::d $x (e) *"',
        'Shop\\Tests\\MoneyTest::testWords with data set "a\nb"',
        'Shop\\Tests\\MoneyTest::testWords with data set "größer\'"',
        "Shop\\Tests\\MoneyTest::testWords with data set #1",
    ),
    by(PhpUnit()),
    programs=("php", "phpunit"),
    version=("phpunit", "--version"),
)
