-- +goose Up
-- Times are nanoseconds since 1970 in UTC. The SQL is what SQLite and PostgreSQL have in common.

-- One row a session: what a list shows, kept in step with the events by the same transaction.
CREATE TABLE sessions (
    id       TEXT    NOT NULL PRIMARY KEY,
    format   INTEGER NOT NULL,              -- of the events' encoding
    case_id  TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    mode     TEXT    NOT NULL,
    step     TEXT    NOT NULL DEFAULT '',   -- where the candidate is
    done     INTEGER NOT NULL DEFAULT 0,    -- steps finished
    of_steps INTEGER NOT NULL,
    created  BIGINT  NOT NULL,
    updated  BIGINT  NOT NULL,
    ended    BIGINT                         -- null while the session is open
);
CREATE INDEX sessions_updated ON sessions (updated);

-- The log that a session is. The primary key is what makes a second writer lose.
CREATE TABLE events (
    session TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL,
    at      BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (session, seq)
);

-- Text that isn't an answer yet: overwritten as it is typed, gone when it is answered.
CREATE TABLE drafts (
    session TEXT   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    step    TEXT   NOT NULL,
    target  TEXT   NOT NULL,                -- '' for the prompt, or the id of a probe, follow-up or curveball
    body    TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (session, step, target)
);

-- When a session was last known to be open, so that a kill costs no more than a second of its clock.
CREATE TABLE alive (
    session TEXT   NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    at      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE alive;
DROP TABLE drafts;
DROP TABLE events;
DROP TABLE sessions;
