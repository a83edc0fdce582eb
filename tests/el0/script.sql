CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, value REAL, k INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
INSERT INTO t SELECT i, 'name ' || (i * 7919 % 8009) || char(65 + i % 26), i / 7.0, i % 100 FROM n;
CREATE INDEX by_name ON t (name);
SELECT count(*), sum(value), avg(value), min(name), max(name) FROM t;
SELECT k, count(*), round(sum(value), 6) FROM t GROUP BY k HAVING k % 9 = 0 ORDER BY k DESC;
SELECT a.name, b.name FROM t AS a JOIN t AS b ON b.id = a.k * 80 WHERE a.id BETWEEN 100 AND 130 ORDER BY a.name;
UPDATE t SET value = value * 1.5 WHERE name LIKE '%Q';
DELETE FROM t WHERE id % 11 = 0;
SELECT printf('%.12g', total(value)), group_concat(DISTINCT k / 10) FROM t WHERE name > 'name 5';
SELECT id, row_number() OVER (ORDER BY value DESC), substr(name, 6) FROM t ORDER BY value DESC LIMIT 15;
BEGIN;
UPDATE t SET name = upper(name);
ROLLBACK;
SELECT hex(substr(name, 1, 6)), quote(name), typeof(value), 7 / 2, 7 % -3, 1e308 * 10 FROM t WHERE id = 4242;
PRAGMA integrity_check;
