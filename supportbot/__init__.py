"""supportbot: a fault desk by mail. The way of one mail is drawn in docs/flow.md."""
