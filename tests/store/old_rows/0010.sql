UPDATE outbox SET relay_away = TRUE WHERE id = 12;
