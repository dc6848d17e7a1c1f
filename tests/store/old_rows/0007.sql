UPDATE inbox SET ahead = TRUE WHERE id = 9;
