import pytest

from shop.cart import Cart


@pytest.fixture
def cart():
    cart = Cart()
    cart.add("tea", 450, 2)
    cart.add("cup", 1_100)
    return cart


def test_lines_of_one_article_are_joined(cart):
    cart.add("tea", 450)
    assert cart.lines == {"tea": (450, 3), "cup": (1_100, 1)}


def test_the_subtotal_counts_every_piece(cart):
    assert cart.subtotal() == 2_000


def test_the_total_is_discounted(cart):
    assert cart.total() == 1_900


def test_removing_the_last_piece_removes_the_line(cart):
    cart.remove("cup")
    assert cart.lines == {"tea": (450, 2)}
    cart.remove("tea")
    assert cart.lines == {"tea": (450, 1)}


def test_a_new_cart_is_empty(cart):
    assert Cart().is_empty()
    assert not cart.is_empty()
