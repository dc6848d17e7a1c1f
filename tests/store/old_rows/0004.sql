UPDATE inbox SET sender = 'Någon <nagon@annan.example>', subject = 'Läs detta 😀' WHERE id = 8;
