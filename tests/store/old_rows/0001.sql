-- What a daemon of the first schema had stored: every table, every column, once full and once as empty as it may be.
INSERT INTO contents (sha256, size, content) VALUES
    ('aa01', 21, X'5375626A6563743A206865C3A40D0A0D0A00FF48656A21');
INSERT INTO contents (sha256, size, content) VALUES ('aa02', 5000000000, NULL);
INSERT INTO contents (sha256, size, content) VALUES ('bb01', 4, X'48656A21');

INSERT INTO inbox (id, account, folder, uidvalidity, uid, sha256, content_hash, size, received, kept, partial, state,
    lease_until, strikes, verdict, reason, ticket, finished, on_server, put_away) VALUES
    (7, 'kundcenter', 'INBOX/Ärenden', 4294967295, 4294967294, 'aa01', 'cc01', 21, '2026-03-01 08:00:00.123456',
    '2026-03-01 08:00:01.000001', FALSE, 'done', NULL, 0, 'ticket', 'a fault', 10001, '2026-03-01 08:00:02.500000', 'moved',
    '2026-03-01 08:00:03.000000');
INSERT INTO inbox (id, account, folder, uidvalidity, uid, sha256, content_hash, size, received, kept, partial, state,
    lease_until, strikes, verdict, reason, ticket, finished, on_server, put_away) VALUES
    (8, 'kundcenter', 'INBOX/Ärenden', 4294967295, 3, 'aa02', 'cc02', 5000000000, '2026-03-01 08:00:00.000000',
    '2026-03-01 08:00:01.000000', TRUE, 'done', NULL, 3, 'quarantine', 'tre försök 😀', NULL, '2026-03-01 08:00:02.000000',
    'settled', NULL);
INSERT INTO inbox (id, account, folder, uidvalidity, uid, sha256, content_hash, size, received, kept, partial, state,
    lease_until, strikes, verdict, reason, ticket, finished, on_server, put_away) VALUES
    (9, 'kundcenter', 'INBOX/Ärenden', 4294967295, 4, 'aa01', 'cc01', 21, '2026-03-01 08:00:00.000000',
    '2026-03-01 08:00:01.000000', FALSE, 'reading', '2026-03-01 08:02:01.000000', 1, NULL, '', NULL, NULL, 'waiting', NULL);

INSERT INTO tickets (number, status, is_open, subject, opened, updated, kind, category, route, customer, partner, urgent,
    billing_state, sender, sender_name, authenticity, proven, customer_name, org_number, partner_name, taken_by, message_id,
    summary, unread, decision, participants, phone_escalation, billing, reference_ids, undeliverable) VALUES
    (10001, 'taken', TRUE, 'Växeln är nere', '2026-03-01 08:00:02.500000', '2026-03-01 09:00:00.000000', 'fault',
    'main_number', 'partner', 'C1', 'P1', TRUE, 'confirmed', 'anna@kund.example', 'Anna Åberg', 'verified', TRUE, 'Kund AB',
    '556677-8899', 'Nordpartner AB', 'Eva', 'm1@kund.example', 'Ingen kan ringa oss', TRUE,
    '{"kind":"fault","route":"partner","customer":"C1","purchase":"partner","partner":"P1","urgent":true,"category":"main_number"}',
    '["anna@kund.example"]',
    '{"number":"020-20 20 22","since":"2026-03-01T08:00:02.500000+00:00","taken_by":"Eva","reached":true}',
    '{"state":"confirmed","decided_by":"Eva","decided_at":"2026-03-01T09:00:00+00:00","why":"kaffe"}',
    '["b@x","a@x"]', '["x@dead.example"]');
INSERT INTO tickets (number, status, is_open, subject, opened, updated, kind, category, route, customer, partner, urgent,
    billing_state, sender, sender_name, authenticity, proven, customer_name, org_number, partner_name, taken_by, message_id,
    summary, unread, decision, participants, phone_escalation, billing, reference_ids, undeliverable) VALUES
    (10002, 'resolved', FALSE, '', '2026-03-01 08:00:00.000000', '2026-03-01 08:00:00.000000', 'question', 'other', 'review',
    NULL, NULL, FALSE, 'none', NULL, '', 'unknown', FALSE, NULL, NULL, NULL, NULL, NULL, '', FALSE,
    '{"kind":"question","route":"review"}', '[]', NULL, '{"state":"none"}', '[]', '[]');
INSERT INTO participants (ticket, address) VALUES (10001, 'anna@kund.example');
INSERT INTO articles (id, ticket, at, author, kind, text, inbox_id, unverified) VALUES
    (3, 10001, '2026-03-01 08:00:02.500000', 'anna@kund.example', 'mail', 'Rad ett
	Rad två åäö 😀', 7, TRUE);
INSERT INTO articles (id, ticket, at, author, kind, text, inbox_id, unverified) VALUES
    (4, 10001, '2026-03-01 09:00:00.000000', 'Eva', 'note', '', NULL, FALSE);
INSERT INTO journal (id, ticket, at, actor, what, text, data) VALUES
    (5, 10001, '2026-03-01 09:00:00.000000', 'Eva', 'billing confirmed', 'kaffe', '{"inbox_id":7}');

INSERT INTO outbox (id, key, kind, ticket, recipient, recipient_key, domain, message_id, sha256, proven, created, since, state,
    due, lease_until, attempt, unknowns, reason, finished, bounced, bounce_permanent, bounce) VALUES
    (11, 'ack:10001:7', 'ack', 10001, 'Anna@kund.example', 'anna@kund.example', 'kund.example', 'ack-7@icentrex.example',
    'bb01', TRUE, '2026-03-01 08:00:02.500000', '2026-03-01 08:00:02.500000', 'sent', '2026-03-01 08:00:02.500000', NULL, 2, 1,
    '250 2.0.0 köad', '2026-03-01 08:05:00.000000', '2026-03-01 08:06:00.000000', TRUE, '5.1.1 unknown user');
INSERT INTO outbox (id, key, kind, ticket, recipient, recipient_key, domain, message_id, sha256, proven, created, since, state,
    due, lease_until, attempt, unknowns, reason, finished, bounced, bounce_permanent, bounce) VALUES
    (12, 'digest:1', 'digest', NULL, 'team@icentrex.example', 'team@icentrex.example', 'icentrex.example', 'd1@icentrex.example',
    'bb01', NULL, '2026-03-01 08:00:02.000000', '2026-03-01 08:00:02.000000', 'sending', '2026-03-01 08:00:02.000000',
    '2026-03-01 08:20:02.000000', 1, 0, '', NULL, NULL, NULL, '');

INSERT INTO timers (key, due, kind, ticket, data) VALUES
    ('alert:10001', '2026-03-01 08:10:02.500000', 'alert', 10001, '{"step":2}');
INSERT INTO timers (key, due, kind, ticket, data) VALUES ('digest', '2026-03-02 06:45:00.000000', 'digest', NULL, '{}');
INSERT INTO mailboxes (account, folder, uidvalidity, last_search, failing_since, last_error) VALUES
    ('kundcenter', 'INBOX/Ärenden', 4294967295, '2026-03-01 08:00:01.000000', '2026-03-01 08:01:00.000000', 'nekad');
INSERT INTO mailboxes (account, folder, uidvalidity, last_search, failing_since, last_error) VALUES
    ('second', 'INBOX', NULL, NULL, NULL, '');
UPDATE counters SET value = 10002 WHERE name = 'ticket';
INSERT INTO meta (name, value) VALUES ('registry', 'fingerprint åäö');

INSERT INTO customers (customer_id, place, name, org_number, domains, emails, phone_numbers, purchase, partner_id, service,
    contract_start, contract_end, included_hours, language) VALUES
    ('C1', 0, 'Kund AB', '556677-8899', '["kund.example"]', '["chef@annan.example"]', '["+46846500420-+46846500423"]',
    'partner', 'P1', 'Uppstart Plus', '2025-01-01', '2027-12-31', '3.25', 'sv');
INSERT INTO customers (customer_id, place, name, org_number, domains, emails, phone_numbers, purchase, partner_id, service,
    contract_start, contract_end, included_hours, language) VALUES
    ('C2', 1, 'Tom AB', '', '[]', '[]', '[]', 'direct', NULL, '', NULL, NULL, '0', 'en');
INSERT INTO devices (place, customer_id, vendor, model, mac, serial, purchased_from_icentrex, provisioned) VALUES
    (0, 'C1', 'Yealink', 'T46U', '80:5E:C0:00:00:01', 'SN100', TRUE, 'yes');
INSERT INTO partners (id, place, name, aliases, domains, language, urgent_phone, channel_type, channel_address, required,
    guidelines_text, subject, urgent, attach_original, max_size, ticket_pattern, hours, customer_may_call_icentrex) VALUES
    ('P1', 0, 'Nordpartner AB', '["Nord"]', '["nordpartner.example"]', 'sv', '+46406280490', 'email', 'fel@nordpartner.example',
    '["affected_number"]', 'Ring alltid vid akuta fel.', 'Fel {number}', 'call', TRUE, 10000000000, 'NP-[0-9]{5}', 'mon-fri 08-17', FALSE);
INSERT INTO models (place, vendor, name, kind, approved, provisioning) VALUES (0, 'Yealink', 'T46U', 'desk_phone', TRUE, FALSE);
