-- What buyers entered in forms, on its way to a server that confirms with it.

CREATE TABLE confirmation_tokens (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};

-- Domains of merchants' pages, on which wallets may be offered.

CREATE TABLE payment_method_domains (
  account {key} NOT NULL,
  live {int} NOT NULL,
  id {key} NOT NULL,
  version {int} NOT NULL CHECK (version > 0),
  created {int} NOT NULL,
  domain_name {key},
  enabled {key},
  body TEXT NOT NULL,
  packed {bytes},
  PRIMARY KEY (account, live, id)
){end};
CREATE INDEX payment_method_domains_by_created ON payment_method_domains (account, live, created, id);
CREATE INDEX payment_method_domains_by_domain_name ON payment_method_domains (account, live, domain_name, created, id) WHERE domain_name IS NOT NULL;
CREATE INDEX payment_method_domains_by_enabled ON payment_method_domains (account, live, enabled, created, id) WHERE enabled IS NOT NULL;
