"""Every shape of title is read right, and shapes that the grammar was not made from are hardly ever read wrong."""

import pytest

from dagster_project.bodies import titles
from tests.unit import title_shapes

# What docs/identification.md states; it may only rise.
PRECISION = 0.98
RECALL = 0.92


def test_there_are_enough_shapes_and_no_two_of_one_name():
    names = [shape.name for shape in title_shapes.shapes()]
    assert len(names) >= 150
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("shape", title_shapes.shapes(), ids=lambda shape: shape.name)
def test_a_shape_is_read_right(shape):
    found = titles.parse(shape.title)
    assert (None if found is None else (found.body, found.year)) == (
        None if shape.body == title_shapes.NO_TITLE else (shape.body, shape.year)
    )


def test_shapes_held_out_are_read_with_the_precision_that_is_stated():
    counts, wrong = title_shapes.cross_validate()
    assert counts["right"] / (counts["right"] + counts["wrong"]) >= PRECISION, wrong[:10]
    assert counts["right"] / counts.total() >= RECALL
