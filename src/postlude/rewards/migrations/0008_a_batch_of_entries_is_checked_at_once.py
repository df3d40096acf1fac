"""PostgreSQL looks at the entries of a statement together, at commit as before, and not one by one.

A row of `rewards_unchecked` stands for what one statement has written. It lives until the commit
that wrote it, which is when its entries are held against their lots, whatever was written first. To
do so with three queries for each entry, and three for each lot, took as long as all inserts of a
notice's run; and so did it to ask for each row whether its organisation is there.
"""

from django.db import migrations

from postlude.kernel.append_only import on_engine
from postlude.kernel.parents import looked_at_together

UNCHECKED = """
CREATE UNLOGGED TABLE rewards_unchecked (
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 100) PRIMARY KEY,
    entries bigint[] NOT NULL
)
"""
LATER = """
CREATE FUNCTION rewards_check_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'rewards_entry' THEN
        INSERT INTO rewards_unchecked (entries)
        SELECT array_agg(id) FROM added HAVING count(*) > 0;
    ELSE
        INSERT INTO rewards_unchecked (entries)
        SELECT array_agg(DISTINCT entry_id) FROM added HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$
"""
# By index, whatever the planner believed of these tables when they were small: see kernel.lookups.
AGREE = """
CREATE FUNCTION rewards_entries_agree() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE wrong bigint;
BEGIN
    SELECT e.id INTO wrong FROM rewards_entry e
    CROSS JOIN LATERAL (
        SELECT COALESCE(SUM(a.free), 0) AS free, COALESCE(SUM(a.held), 0) AS held
        FROM rewards_lot_allocation a WHERE a.entry_id = e.id
    ) part
    CROSS JOIN LATERAL (
        SELECT COALESCE(SUM(l.amount), 0) AS amount, COUNT(*) AS lots
        FROM rewards_lot l WHERE l.entry_id = e.id
    ) born
    WHERE e.id = ANY(NEW.entries) AND NOT CASE
        WHEN e.kind = 'grant' THEN part.free + born.amount = e.available AND part.held = e.held
        WHEN born.lots > 0 THEN FALSE
        WHEN e.kind IN ('leave', 'arrive') THEN part.free = 0 AND part.held = 0
        ELSE part.free = e.available AND part.held = e.held
    END
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not agree with its lots', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    DELETE FROM rewards_unchecked WHERE id = NEW.id;
    RETURN NULL;
END $$
"""
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER rewards_unchecked_agree AFTER INSERT ON rewards_unchecked
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rewards_entries_agree()
"""
AGREES = """
CREATE FUNCTION rewards_entry_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    written rewards_entry;
    free_units numeric;
    held_units numeric;
    born numeric := 0;
BEGIN
    IF TG_TABLE_NAME = 'rewards_entry' THEN number := NEW.id; ELSE number := NEW.entry_id; END IF;
    SELECT * INTO written FROM rewards_entry WHERE id = number;
    SELECT COALESCE(SUM(free), 0), COALESCE(SUM(held), 0) INTO free_units, held_units
    FROM rewards_lot_allocation WHERE entry_id = number;
    IF written.kind = 'grant' THEN
        SELECT COALESCE(SUM(amount), 0) INTO born FROM rewards_lot WHERE entry_id = number;
    ELSIF TG_TABLE_NAME = 'rewards_lot' THEN
        RAISE EXCEPTION 'entry % is no grant and makes no lot', number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF written.kind IN ('leave', 'arrive') THEN
        IF free_units = 0 AND held_units = 0 THEN RETURN NULL; END IF;
    ELSIF free_units + born = written.available AND held_units = written.held THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'entry % does not agree with its lots', number
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
CHECKED = ("rewards_entry", "rewards_lot", "rewards_lot_allocation")


def told_at_once(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_checked AFTER INSERT ON {table}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION rewards_check_later()
"""


def one_by_one(table: str) -> str:
    return f"""
CREATE CONSTRAINT TRIGGER {table}_agrees AFTER INSERT ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rewards_entry_agrees()
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0007_an_account_is_parted"), ("orgs", "0001_initial")]
    operations = [
        on_engine(
            postgresql=(
                *(UNCHECKED, LATER, AGREE, AT_COMMIT),
                *map(told_at_once, CHECKED),
                *(f"DROP TRIGGER {table}_agrees ON {table}" for table in CHECKED),
                "DROP FUNCTION rewards_entry_agrees",
            ),
            postgresql_back=(
                AGREES,
                *map(one_by_one, CHECKED),
                *(f"DROP TRIGGER {table}_checked ON {table}" for table in CHECKED),
                "DROP TABLE rewards_unchecked",
                "DROP FUNCTION rewards_check_later, rewards_entries_agree",
            ),
        ),
        *(
            looked_at_together(table, {"org_id": "orgs_organization"})
            for table in (*CHECKED, "rewards_remainder", "rewards_account")
        ),
    ]
