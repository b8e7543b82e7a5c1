"""The example of docs/compiler.md: a loop over a list of objects, with attributes and floats."""


class Point:
    def __init__(self, x):
        self.x = x


def total(points, factor):
    result = 0.0
    for point in points:
        result += point.x * factor
    return result


points = [Point(float(i)) for i in range(10)]
for _ in range(20):  # the interpreter's inline caches learn the types
    total(points, 2.0)
