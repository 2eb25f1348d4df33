-- Sessions are found by the link that made them, and by the address of their buyer.

ALTER TABLE checkout_sessions ADD COLUMN payment_link {key};
ALTER TABLE checkout_sessions ADD COLUMN email {key};
CREATE INDEX checkout_sessions_by_payment_link ON checkout_sessions (account, live, payment_link, created, id) WHERE payment_link IS NOT NULL;
CREATE INDEX checkout_sessions_by_email ON checkout_sessions (account, live, email, created, id) WHERE email IS NOT NULL;
