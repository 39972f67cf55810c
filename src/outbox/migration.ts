/**
 * The tables of busbar in a team's own PostgreSQL, in a schema of their own, so that neither a search path nor a migration tool of the team's
 * comes across them.
 *
 * | table | a row is |
 * |---|---|
 * | `busbar.outbox` | an event on its way: written in the caller's transaction, deleted by the relay when it is in the log; with `refused_at` and `reason` it was set aside |
 * | `busbar.inbox` | a delivery whose handler's transaction was committed; deleted by its age |
 *
 * The version of both stands in the comment of `busbar.outbox`.
 */

/** The version that this build writes and reads. */
export const schemaVersion = 1;

/** What an insert wakes relays with. */
export const wakeChannel = "busbar_outbox";

/** The comment of `busbar.outbox`. */
const mark = (version: number): string => `busbar outbox, version ${version}`;

/** The version in the comment of `busbar.outbox`; undefined: it is not one of ours. */
export function versionIn(comment: string | null | undefined): number | undefined {
  const number = /^busbar outbox, version (\d+)$/.exec(comment ?? "")?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * What makes the tables, for PostgreSQL 14 or newer. Running it again changes nothing. It begins no transaction, since tools that run
 * migrations begin one themselves.
 */
export const migration = `-- ${mark(schemaVersion)}. It can be run again: what is there stays.
CREATE SCHEMA IF NOT EXISTS busbar;

CREATE TABLE IF NOT EXISTS busbar.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  application text NOT NULL,
  topic text NOT NULL,
  -- What stays in order: what the event is about, else its id.
  key text NOT NULL,
  event_id text NOT NULL,
  -- The event as the topic log keeps it: a CloudEvent in JSON.
  event text NOT NULL,
  idempotency_key text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- It could not be published: since when, and why.
  refused_at timestamptz,
  reason text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE UNIQUE INDEX IF NOT EXISTS outbox_event_id ON busbar.outbox (application, topic, event_id);
CREATE UNIQUE INDEX IF NOT EXISTS outbox_idempotency_key ON busbar.outbox (application, topic, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_order ON busbar.outbox (application, topic, key, seq) WHERE refused_at IS NULL;

CREATE TABLE IF NOT EXISTS busbar.inbox (
  delivery_id text PRIMARY KEY,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS inbox_seen_at ON busbar.inbox (seen_at);

-- Relays wake when a transaction that inserted is committed.
CREATE OR REPLACE FUNCTION busbar.wake_relays() RETURNS trigger LANGUAGE plpgsql AS $wake$
BEGIN
  PERFORM pg_notify('${wakeChannel}', '');
  RETURN NULL;
END
$wake$;
CREATE OR REPLACE TRIGGER wake_relays AFTER INSERT ON busbar.outbox FOR EACH STATEMENT EXECUTE FUNCTION busbar.wake_relays();

COMMENT ON TABLE busbar.outbox IS '${mark(schemaVersion)}';
`;
