UPDATE inbox SET points_at = 10001 WHERE id = 9;
