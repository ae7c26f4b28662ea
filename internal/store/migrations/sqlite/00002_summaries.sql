-- +goose Up
-- A session's row holds the summary that framework folds from its events. seq is the last event that is in it; 0 says
-- that the row comes from before the fold was stored, and is folded again when the database is opened.
ALTER TABLE sessions ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN running INTEGER NOT NULL DEFAULT 0; -- 1: active time counted at the last event
ALTER TABLE sessions ADD COLUMN elapsed BIGINT NOT NULL DEFAULT 0;  -- active time in nanoseconds
ALTER TABLE sessions ADD COLUMN last_text TEXT NOT NULL DEFAULT ''; -- the beginning of the last answer

-- +goose Down
ALTER TABLE sessions DROP COLUMN last_text;
ALTER TABLE sessions DROP COLUMN elapsed;
ALTER TABLE sessions DROP COLUMN running;
ALTER TABLE sessions DROP COLUMN seq;
