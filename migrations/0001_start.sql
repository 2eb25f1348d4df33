-- The first schema. Every key leads with (account, live); tables that do not are named in migrations/README.md.
-- Records: key columns that are queried, and a compact JSON body.

CREATE TABLE accounts (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  parent {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX accounts_by_parent ON accounts (account, live, parent, created, id) WHERE parent IS NOT NULL;

CREATE TABLE api_keys (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};

CREATE TABLE vault_cards (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  key_id {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX vault_cards_by_key_id ON vault_cards (account, live, key_id, created, id) WHERE key_id IS NOT NULL;

CREATE TABLE customers (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  email {key},
  state {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX customers_by_state ON customers (account, live, state, created, id) WHERE state IS NOT NULL;
CREATE INDEX customers_by_email ON customers (account, live, email, created, id) WHERE email IS NOT NULL;

CREATE TABLE payment_methods (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  customer {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX payment_methods_by_created ON payment_methods (account, live, created, id);
CREATE INDEX payment_methods_by_customer ON payment_methods (account, live, customer, created, id) WHERE customer IS NOT NULL;

CREATE TABLE tokens (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX tokens_by_created ON tokens (account, live, created, id);

CREATE TABLE payment_intents (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  customer {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX payment_intents_by_created ON payment_intents (account, live, created, id);
CREATE INDEX payment_intents_by_customer ON payment_intents (account, live, customer, created, id) WHERE customer IS NOT NULL;

CREATE TABLE setup_intents (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  customer {key},
  payment_method {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX setup_intents_by_created ON setup_intents (account, live, created, id);
CREATE INDEX setup_intents_by_customer ON setup_intents (account, live, customer, created, id) WHERE customer IS NOT NULL;

CREATE TABLE charges (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  customer {key},
  payment_intent {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX charges_by_created ON charges (account, live, created, id);
CREATE INDEX charges_by_customer ON charges (account, live, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX charges_by_payment_intent ON charges (account, live, payment_intent, created, id) WHERE payment_intent IS NOT NULL;

CREATE TABLE refunds (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  charge {key},
  payment_intent {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX refunds_by_created ON refunds (account, live, created, id);
CREATE INDEX refunds_by_charge ON refunds (account, live, charge, created, id) WHERE charge IS NOT NULL;
CREATE INDEX refunds_by_payment_intent ON refunds (account, live, payment_intent, created, id) WHERE payment_intent IS NOT NULL;

CREATE TABLE disputes (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  charge {key},
  payment_intent {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX disputes_by_created ON disputes (account, live, created, id);
CREATE INDEX disputes_by_charge ON disputes (account, live, charge, created, id) WHERE charge IS NOT NULL;
CREATE INDEX disputes_by_payment_intent ON disputes (account, live, payment_intent, created, id) WHERE payment_intent IS NOT NULL;

CREATE TABLE early_fraud_warnings (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  charge {key},
  payment_intent {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX early_fraud_warnings_by_created ON early_fraud_warnings (account, live, created, id);
CREATE INDEX early_fraud_warnings_by_charge ON early_fraud_warnings (account, live, charge, created, id) WHERE charge IS NOT NULL;
CREATE INDEX early_fraud_warnings_by_payment_intent ON early_fraud_warnings (account, live, payment_intent, created, id) WHERE payment_intent IS NOT NULL;

CREATE TABLE attempts (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  intent {key},
  state {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX attempts_by_intent ON attempts (account, live, intent, created, id) WHERE intent IS NOT NULL;
CREATE INDEX attempts_by_state ON attempts (account, live, state, created, id) WHERE state IS NOT NULL;

CREATE TABLE webhook_endpoints (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  state {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX webhook_endpoints_by_state ON webhook_endpoints (account, live, state, created, id) WHERE state IS NOT NULL;

CREATE TABLE webhook_settings (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};

CREATE TABLE deliveries (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  endpoint {key},
  event {key},
  state {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX deliveries_by_created ON deliveries (account, live, created, id);
CREATE INDEX deliveries_by_endpoint ON deliveries (account, live, endpoint, created, id) WHERE endpoint IS NOT NULL;
CREATE INDEX deliveries_by_event ON deliveries (account, live, event, created, id) WHERE event IS NOT NULL;
CREATE INDEX deliveries_by_state ON deliveries (account, live, state, created, id) WHERE state IS NOT NULL;

CREATE TABLE events (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  type {key},
  object {key},
  object_version {key},
  body TEXT NOT NULL,
  PRIMARY KEY (account, live, id)
){wide};
CREATE UNIQUE INDEX events_once ON events (account, live, object, object_version, type);
CREATE INDEX events_by_created ON events (account, live, created, id);

-- The ledger: fully columnar. Positive is a debit; the entries of a transaction sum to zero.
CREATE TABLE ledger_transactions (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  movement {key} NOT NULL,
  source {key} NOT NULL,
  asset {key} NOT NULL,
  created {int} NOT NULL,
  available_on {int} NOT NULL,
  description TEXT,
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX ledger_transactions_by_created ON ledger_transactions (account, live, created, id);
CREATE INDEX ledger_transactions_by_source ON ledger_transactions (account, live, source, created, id);

CREATE TABLE ledger_entries (
  account {key} NOT NULL,
  live {int} NOT NULL,
  txn {key} NOT NULL,
  line {int} NOT NULL,
  ledger_account {key} NOT NULL,
  amount {int} NOT NULL CHECK (amount BETWEEN -4611686018427387904 AND 4611686018427387904),
  PRIMARY KEY (account, live, txn, line)
){end};

-- Sums of entries. `stripe` spreads a hot balance over several rows later; it is 0 now.
CREATE TABLE balances (
  account {key} NOT NULL,
  live {int} NOT NULL,
  ledger_account {key} NOT NULL,
  asset {key} NOT NULL,
  stripe {int} NOT NULL,
  amount {int} NOT NULL CHECK (amount BETWEEN -4611686018427387904 AND 4611686018427387904),
  PRIMARY KEY (account, live, ledger_account, asset, stripe)
){end};

-- Unique keys of an account: order ids, external references.
CREATE TABLE claims (
  account {key} NOT NULL,
  live {int} NOT NULL,
  space {key} NOT NULL,
  name {key} NOT NULL,
  kind {key} NOT NULL,
  id {key} NOT NULL,
  PRIMARY KEY (account, live, space, name)
){end};

-- Unique keys of the whole installation: hashes of API keys.
CREATE TABLE global_claims (
  space {key} NOT NULL,
  name {key} NOT NULL,
  account {key} NOT NULL,
  live {int} NOT NULL,
  kind {key} NOT NULL,
  id {key} NOT NULL,
  PRIMARY KEY (space, name)
){end};

-- Idempotency keys. The reply stands apart, so that the random keys stay small.
CREATE TABLE idempotency_keys (
  account {key} NOT NULL,
  live {int} NOT NULL,
  name {key} NOT NULL,
  hash {bytes} NOT NULL,
  made {int} NOT NULL,
  request {key} NOT NULL,
  attempt {key},
  PRIMARY KEY (account, live, name)
){end};

CREATE TABLE idempotency_replies (
  account {key} NOT NULL,
  live {int} NOT NULL,
  request {key} NOT NULL,
  name {key} NOT NULL,
  made {int} NOT NULL,
  status {int} NOT NULL,
  key_id {key} NOT NULL,
  body {bytes} NOT NULL,
  PRIMARY KEY (account, live, request)
){wide};
CREATE INDEX idempotency_replies_sealed ON idempotency_replies (account, live, key_id) WHERE key_id <> '';
CREATE INDEX idempotency_keys_by_made ON idempotency_keys (made);

-- Due work. A job is leased by the database's clock; its fence grows with every lease.
CREATE TABLE jobs (
  id {key} NOT NULL,
  kind {key} NOT NULL,
  account {key} NOT NULL,
  live {int} NOT NULL,
  lane {key} NOT NULL,
  due {int} NOT NULL,
  leased_by {key},
  leased_until {int} NOT NULL,
  fence {int} NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
){end};
CREATE INDEX jobs_by_due ON jobs (kind, due, id);

-- One row: grows with every change of keys, pricing or endpoints.
CREATE TABLE epochs (
  name {key} NOT NULL,
  epoch {int} NOT NULL,
  PRIMARY KEY (name)
){end};
INSERT INTO epochs (name, epoch) VALUES ('settings', 1);

-- One row per committed group: tells what became of a commit whose answer was lost.
CREATE TABLE group_markers (
  run {key} NOT NULL,
  number {int} NOT NULL,
  made {int} NOT NULL,
  PRIMARY KEY (run, number)
){end};

-- Things of the installation that belong to no account: the wrapped key ring.
CREATE TABLE installation (
  name {key} NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name)
){end};

-- Sealed bytes for minutes, such as security codes. Unlogged on purpose: in no log, no replica and no backup, and gone
-- after a crash. What was deleted is cleaned up soon. A process that has its database alone keeps them in memory instead.
{shared} CREATE UNLOGGED TABLE shelf (
  account {key} NOT NULL,
  live {int} NOT NULL,
  name {key} NOT NULL,
  made {int} NOT NULL,
  key_id {key} NOT NULL,
  sealed {bytes} NOT NULL,
  PRIMARY KEY (account, live, name)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_cost_delay = 0);
{shared} CREATE INDEX shelf_by_made ON shelf (account, live, made)
