INSERT INTO leases (name, holder, token, until) VALUES ('mailbox kundcenter', 'desk1:17:ab', 41, '2026-03-03 10:00:20.000000');
UPDATE inbox SET holder = 'desk1:17:ab' WHERE id = 9;
UPDATE outbox SET holder = 'desk2:18:cd' WHERE id = 12;
