INSERT INTO erasures (id, at, actor, what, address_hash, counts) VALUES
    (2, '2026-03-05 02:30:00.000000', 'Eva', 'erased', '0123456789abcdef0123456789abcdef', '{"tickets":1}');
UPDATE tickets SET erased = '2026-03-05 02:30:00.000000' WHERE number = 10002;
UPDATE inbox SET erased = '2026-03-05 02:30:00.000000' WHERE id = 7;
UPDATE outbox SET erased = '2026-03-05 02:30:00.000000' WHERE id = 11;
