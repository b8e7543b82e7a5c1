"""sympy: expressions expanded, integrated, solved, summed, printed."""

from sympy import (
    Eq, Function, Integral, Matrix, Rational, Sum, apart, cos, diff, dsolve, exp, expand, factor, factorint, integrate, latex, limit, log, oo, pi, pretty, series,
    simplify, sin, solve, sqrt, srepr, symbols, sympify, tan,
)

x, y, z, n = symbols("x y z n")
f = Function("f")
print(expand((x + y + 1) ** 8))
print(factor(x**6 - 1), factor(x**3 * y - x * y**3), factorint(2**40 - 1))
print(simplify(sin(x) ** 2 + cos(x) ** 2), simplify((x**2 - 1) / (x - 1)), apart(1 / (x**3 - x)))
print(diff(exp(sin(x) * log(x)), x, 2))
print(integrate(x**2 * exp(x), x), integrate(1 / (x**2 + 1), (x, -oo, oo)), integrate(sin(x) / x, (x, 0, oo)))
print(solve(x**3 - 2 * x + 1), solve([x + y - 3, x - y - 1], [x, y]), solve(Eq(x**2 + y * x, 2), x))
print(series(tan(x), x, 0, 9), limit(sin(3 * x) / x, x, 0), Sum(1 / n**2, (n, 1, oo)).doit())
m = Matrix([[2, 1, 0], [1, 3, x], [0, 1, Rational(1, 2)]])
print(m.det(), m.inv().applyfunc(simplify), Matrix([[2, 1], [1, 2]]).eigenvals(), m * m.T)
print(dsolve(f(x).diff(x, 2) + f(x), f(x)))
print(latex(Integral(sqrt(x) / (1 + x**2), (x, 0, 1))), pretty(x**2 / (y + 1)), srepr(sympify("sin(x)**2 + 3/4*y")))
print(pi.evalf(60), (sqrt(2) * pi).n(30), Rational(3, 7) ** 20)
for wrong in "x +* y", "1 / (", "lambda":
    try:
        sympify(wrong)
    except Exception as error:
        print(type(error).__name__)
