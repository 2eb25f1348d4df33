-- Bodies are packed: compressed against a dictionary (florin-store/src/packing.rs). A row has its body in one of two
-- columns: `packed`, or `body` when an older copy may still read it.

ALTER TABLE accounts ADD COLUMN packed {bytes};
ALTER TABLE api_keys ADD COLUMN packed {bytes};
ALTER TABLE vault_cards ADD COLUMN packed {bytes};
ALTER TABLE customers ADD COLUMN packed {bytes};
ALTER TABLE payment_methods ADD COLUMN packed {bytes};
ALTER TABLE tokens ADD COLUMN packed {bytes};
ALTER TABLE payment_intents ADD COLUMN packed {bytes};
ALTER TABLE setup_intents ADD COLUMN packed {bytes};
ALTER TABLE charges ADD COLUMN packed {bytes};
ALTER TABLE refunds ADD COLUMN packed {bytes};
ALTER TABLE disputes ADD COLUMN packed {bytes};
ALTER TABLE early_fraud_warnings ADD COLUMN packed {bytes};
ALTER TABLE attempts ADD COLUMN packed {bytes};
ALTER TABLE webhook_endpoints ADD COLUMN packed {bytes};
ALTER TABLE webhook_settings ADD COLUMN packed {bytes};
ALTER TABLE deliveries ADD COLUMN packed {bytes};
ALTER TABLE events ADD COLUMN packed {bytes};

-- An event is told together with the write of the version that it tells of, and the store refuses any other
-- (florin-store/src/grouping/sound.rs). So nothing is left for a unique index to find, and nobody reads by it.
{finish} DROP INDEX IF EXISTS events_once;

-- Packed events are short enough to lie in the index of their key.
{alone} CREATE TABLE events_in_key (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  type {key},
  object {key},
  object_version {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
{alone} INSERT INTO events_in_key SELECT account, live, id, version, created, type, object, object_version, body, packed FROM events;
{alone} DROP TABLE events;
{alone} ALTER TABLE events_in_key RENAME TO events;
{alone} CREATE INDEX events_by_created ON events (account, live, created, id);

-- A database that one process holds alone has no older copies. The others learn it from `florin migrate --finish`.
{alone} INSERT INTO installation (name, value) VALUES ('schema_finished', '2')
