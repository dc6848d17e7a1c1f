"""Embedded mail servers, a sample registry and sample mails: `supportbot demo`."""
