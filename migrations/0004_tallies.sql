-- How often something happened within a window of minutes, for limits. Unlogged on purpose, as the shelf is: a count that is
-- lost in a crash begins anew. A process that has its database alone counts in memory instead.
{shared} CREATE UNLOGGED TABLE tallies (
  account {key} NOT NULL,
  live {int} NOT NULL,
  name {key} NOT NULL,
  began {int} NOT NULL,
  count {int} NOT NULL CHECK (count >= 0),
  PRIMARY KEY (account, live, name, began)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
