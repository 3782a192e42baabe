from shop.stock import needs_reorder, reserve, shelf_of


def test_no_more_is_taken_than_is_there():
    stock = {"tea": 3, "cup": 1}
    assert reserve(stock, {"tea": 2, "cup": 5, "pot": 1}) == {"tea": 2, "cup": 1}
    assert stock == {"tea": 1, "cup": 0}


def test_articles_below_the_minimum_are_reordered():
    assert needs_reorder({"tea": 4, "cup": 5, "pot": 0}, 5) == ["pot", "tea"]


def test_a_number_on_the_boundary_is_on_that_shelf():
    assert [shelf_of([100, 200, 300], number) for number in (50, 100, 101, 300, 301)] == [0, 0, 1, 2, 3]
