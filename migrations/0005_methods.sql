-- Which payment methods are switched on.

CREATE TABLE payment_method_configurations (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  sort {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX payment_method_configurations_by_sort ON payment_method_configurations (account, live, sort, created, id) WHERE sort IS NOT NULL;

-- Addresses that never end, under which every buyer gets a session.

CREATE TABLE payment_links (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  active {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX payment_links_by_created ON payment_links (account, live, created, id);
CREATE INDEX payment_links_by_active ON payment_links (account, live, active, created, id) WHERE active IS NOT NULL;
