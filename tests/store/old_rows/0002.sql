INSERT INTO corrections (ticket, field, answer, was, actor, at, why, misled) VALUES
    (10001, 'urgent', 'no', 'yes', 'Eva', '2026-03-02 10:00:00.654321', 'bara en telefon är trasig', '[]');
