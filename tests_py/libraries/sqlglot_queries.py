"""sqlglot: queries parsed, written in other dialects, optimised, executed, compared; errors."""

import sqlglot
from sqlglot import diff, exp, optimizer
from sqlglot.executor import execute

QUERIES = [
    "SELECT a, b AS c, COUNT(*) FROM t WHERE a > 1 AND (b = 'x' OR b IS NULL) GROUP BY a, b HAVING COUNT(*) > 2 ORDER BY 1 DESC LIMIT 5",
    "WITH x AS (SELECT id, SUM(v) OVER (PARTITION BY k ORDER BY t ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) s FROM u) SELECT * FROM x JOIN y ON x.id = y.id LEFT JOIN z USING (id)",
    "SELECT CASE WHEN a BETWEEN 1 AND 2 THEN 'one' ELSE COALESCE(b, c, 'none') END, CAST(d AS DATE), EXTRACT(year FROM e) FROM t UNION ALL SELECT 1, 2, 3",
    "INSERT INTO t (a, b) VALUES (1, 'x'), (2, NULL)",
    "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10) NOT NULL DEFAULT 'x', c DECIMAL(10, 2), d TIMESTAMP)",
    "SELECT * FROM (SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)) AS s WHERE s.a IN (SELECT a FROM v) AND s.a NOT LIKE '%x%'",
    "UPDATE t SET a = a + 1, b = LOWER(b) WHERE c <> 3",
    "SELECT DATE_ADD(d, INTERVAL 1 DAY), STRPOS(a, 'b'), ARRAY_AGG(x), a || b, a::int, JSON_EXTRACT(j, '$.a') FROM t",
]
for query in QUERIES:
    tree = sqlglot.parse_one(query)
    print(repr(tree)[:300])
    for dialect in "duckdb", "postgres", "mysql", "bigquery", "snowflake", "spark", "tsql":
        print(dialect, tree.sql(dialect=dialect))
    print(tree.sql(pretty=True))
    print(sorted({type(node).__name__ for node in tree.walk()}), [c.sql() for c in tree.find_all(exp.Column)])

schema = {"t": {"a": "INT", "b": "VARCHAR", "c": "INT"}, "u": {"a": "INT", "d": "INT"}}
for query in (
    "SELECT a, (SELECT MAX(d) FROM u WHERE u.a = t.a) AS m FROM t WHERE 1 = 1 AND a > 2 + 3",
    "SELECT x.a FROM (SELECT * FROM t) AS x JOIN u ON x.a = u.a WHERE x.b = 'y' AND u.d > 1",
    "SELECT b, SUM(a) FROM t WHERE NOT (a = 1 OR c = 2) GROUP BY b",
):
    print(optimizer.optimize(query, schema=schema).sql(pretty=True))
tables = {"t": [{"a": i, "b": "xyz"[i % 3], "c": i * i} for i in range(50)], "u": [{"a": i, "d": i % 7} for i in range(0, 50, 2)]}
for query in (
    "SELECT b, SUM(a) AS s, MAX(c) AS m FROM t GROUP BY b ORDER BY b",
    "SELECT t.a, u.d FROM t JOIN u ON t.a = u.a WHERE u.d > 3 ORDER BY t.a LIMIT 5",
):
    result = execute(query, schema=schema, tables=tables)
    print(result.columns, result.rows)
for edit in diff(sqlglot.parse_one("SELECT a + b, c FROM t"), sqlglot.parse_one("SELECT a + d, c FROM t WHERE x")):
    if type(edit).__name__ != "Keep":
        print(type(edit).__name__)
for wrong in "SELECT FROM", "SELECT (1", "SELECT * FROM t WHERE", "SELECT 'x", "WITH a AS SELECT 1":
    try:
        print(sqlglot.parse_one(wrong).sql())
    except sqlglot.errors.SqlglotError as error:
        print(type(error).__name__, str(error).splitlines()[0])
