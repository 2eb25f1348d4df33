-- What is sold, and the sessions in which it is paid.

CREATE TABLE products (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  state {key},
  active {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX products_by_state ON products (account, live, state, created, id) WHERE state IS NOT NULL;
CREATE INDEX products_by_active ON products (account, live, active, created, id) WHERE active IS NOT NULL;

CREATE TABLE prices (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  product {key},
  active {key},
  type {key},
  lookup_key {key},
  currency {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX prices_by_created ON prices (account, live, created, id);
CREATE INDEX prices_by_product ON prices (account, live, product, created, id) WHERE product IS NOT NULL;
CREATE INDEX prices_by_active ON prices (account, live, active, created, id) WHERE active IS NOT NULL;
CREATE INDEX prices_by_lookup_key ON prices (account, live, lookup_key, created, id) WHERE lookup_key IS NOT NULL;

CREATE TABLE lookup_keys (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};

CREATE TABLE orders (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};

CREATE TABLE tax_rates (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  active {key},
  inclusive {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX tax_rates_by_created ON tax_rates (account, live, created, id);
CREATE INDEX tax_rates_by_active ON tax_rates (account, live, active, created, id) WHERE active IS NOT NULL;

CREATE TABLE shipping_rates (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  active {key},
  currency {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX shipping_rates_by_created ON shipping_rates (account, live, created, id);
CREATE INDEX shipping_rates_by_active ON shipping_rates (account, live, active, created, id) WHERE active IS NOT NULL;

CREATE TABLE checkout_sessions (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  customer {key},
  payment_intent {key},
  status {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){wide};
CREATE INDEX checkout_sessions_by_created ON checkout_sessions (account, live, created, id);
CREATE INDEX checkout_sessions_by_customer ON checkout_sessions (account, live, customer, created, id) WHERE customer IS NOT NULL;
CREATE INDEX checkout_sessions_by_payment_intent ON checkout_sessions (account, live, payment_intent, created, id) WHERE payment_intent IS NOT NULL;
CREATE INDEX checkout_sessions_by_status ON checkout_sessions (account, live, status, created, id) WHERE status IS NOT NULL;

-- As in 0002: nothing older has this database open.
{alone} UPDATE installation SET value = '3' WHERE name = 'schema_finished'
