-- SPDX-License-Identifier: BSD-2-Clause
-- For SQLite's shell: what it prints must be database.txt. Run with
-- `sqlite3 FILE ".read database.sql"`, where FILE is new.
.mode list
.nullvalue NULL
PRAGMA journal_mode;
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    born INTEGER CHECK (born > 1700));
INSERT INTO person(name, born) VALUES ('Ada', 1815), ('Grace', 1906),
    ('Alan', 1912), ('Edsger', NULL);
CREATE TABLE work(person INTEGER REFERENCES person, title TEXT, cost REAL);
INSERT INTO work SELECT id, name || '''s work', id * 1.25 FROM person;
INSERT INTO work VALUES (1, 'Notes', 0.1), (3, 'On numbers', 1e300);

SELECT name, born FROM person ORDER BY born DESC;
SELECT name, count(*), max(title), sum(cost) FROM person
    JOIN work ON work.person = person.id GROUP BY name HAVING count(*) > 1;
SELECT upper(name), length(name), substr(name, 2, 2), hex(name),
    quote(born) FROM person WHERE name LIKE 'a%';
SELECT id, sum(id) OVER (ORDER BY id), rank() OVER (ORDER BY name)
    FROM person ORDER BY id;
SELECT 7/2, 7/2.0, 7 % 4, 1 << 40, round(2.5), 1e308*10, 0.1+0.2,
    9223372036854775807 + 1, typeof(x'00ff'), sqrt(2), sin(0.5), pow(2, 0.5);
SELECT date(0, 'unixepoch'), datetime('2000-02-28', '+2 days', '-1 second'),
    strftime('%j %w', '2024-12-31'), julianday('now') > 2460000;
SELECT json_extract('{"a": [1, {"b": "ü"}]}', '$.a[1].b'),
    printf('%08.3f|%-5s|%x', 3.14159, 'ab', 255), replace('aaa', 'a', 'bc');
SELECT instr('haystack', 'st'), unicode('€'), char(8364), coalesce(NULL, 5);
SELECT group_concat(name, '/') FROM (SELECT name FROM person ORDER BY name);

-- what fails changes nothing and says why
INSERT INTO person(name, born) VALUES ('New', 1900), ('Ada', 1999);
INSERT INTO person(name, born) VALUES ('Old', 1600);
SELECT * FROM absent;
SELECT 1 +;
BEGIN;
DELETE FROM person;
SELECT count(*) FROM person;
ROLLBACK;
SELECT count(*) FROM person;

-- triggers and views
CREATE TABLE log(text);
CREATE TRIGGER tell AFTER UPDATE ON person
    BEGIN INSERT INTO log VALUES (old.name || '>' || new.name); END;
UPDATE person SET name = 'Lovelace' WHERE id = 1;
CREATE VIEW changes AS SELECT text FROM log;
SELECT * FROM changes;

-- more than the cache holds, in one transaction, with its journal on disk
PRAGMA cache_size = 20;
CREATE TABLE big(n INTEGER PRIMARY KEY, square INTEGER, text TEXT);
BEGIN;
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter
    WHERE n < 5000)
INSERT INTO big SELECT n, n * n, printf('%0100d', n) FROM counter;
COMMIT;
CREATE INDEX by_square ON big(square DESC);
SELECT count(*), sum(square), max(text) FROM big;
SELECT n FROM big WHERE square = 1234 * 1234;
EXPLAIN QUERY PLAN SELECT n FROM big WHERE square = 4;
BEGIN;
UPDATE big SET text = text || text WHERE n % 2;
SELECT sum(length(text)) FROM big;
ROLLBACK;
SELECT sum(length(text)) FROM big;
DELETE FROM big WHERE n % 10;
VACUUM;
SELECT count(*), page_count < 40 FROM big, pragma_page_count;
PRAGMA integrity_check;

-- closed and opened anew
.open /database/other.db
CREATE TABLE person(name);
SELECT count(*) FROM person;
.open /database/first.db
SELECT name FROM person WHERE id = 1;
SELECT count(*), min(square), max(square) FROM big;
ATTACH '/database/other.db' AS other;
INSERT INTO other.person SELECT name FROM main.person;
DETACH other;

-- a log beside the file, whose index is in memory that is mapped shared
PRAGMA journal_mode = WAL;
INSERT INTO log VALUES ('written ahead');
SELECT text FROM log;
PRAGMA wal_checkpoint;
.open /database/other.db
SELECT group_concat(name) FROM person;
.open :memory:
CREATE TABLE brief AS SELECT 'in memory' AS word;
SELECT word FROM brief;
.tables
