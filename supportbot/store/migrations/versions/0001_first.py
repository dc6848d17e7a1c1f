"""The first schema. Revision 0001."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "customers",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("org_number", sa.String(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("emails", sa.Text(), nullable=False),
        sa.Column("phone_numbers", sa.Text(), nullable=False),
        sa.Column("purchase", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("contract_start", sa.Date(), nullable=True),
        sa.Column("contract_end", sa.Date(), nullable=True),
        sa.Column("included_hours", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "devices",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("purchased_from_icentrex", sa.Boolean(), nullable=False),
        sa.Column("provisioned", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_index(op.f("ix_devices_customer_id"), "devices", ["customer_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("strikes", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_server", sa.String(), nullable=False),
        sa.Column("put_away", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "folder", "uidvalidity", "uid", name="inbox_identity"),
        sqlite_autoincrement=True,
    )
    op.create_index("inbox_by_content", "inbox", ["content_hash", "id"], unique=False)
    op.create_index("inbox_by_kept", "inbox", ["kept"], unique=False)
    op.create_index(
        "inbox_set_aside",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("verdict = 'quarantine'"),
        postgresql_where=sa.text("verdict = 'quarantine'"),
    )
    op.create_index(
        "inbox_to_put_away",
        "inbox",
        ["account", "folder", "uidvalidity", "id"],
        unique=False,
        sqlite_where=sa.text("on_server = 'settled'"),
        postgresql_where=sa.text("on_server = 'settled'"),
    )
    op.create_index(
        "inbox_unread",
        "inbox",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("finished IS NULL"),
        postgresql_where=sa.text("finished IS NULL"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_search", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "folder"),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "models",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("provisioning", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("recipient_key", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_permanent", sa.Boolean(), nullable=True),
        sa.Column("bounce", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key", name="outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_by_kind", "outbox", ["kind", "created"], unique=False)
    op.create_index("outbox_by_message_id", "outbox", ["message_id"], unique=False)
    op.create_index("outbox_by_recipient", "outbox", ["recipient_key", "created"], unique=False)
    op.create_index("outbox_by_ticket", "outbox", ["ticket", "id"], unique=False)
    op.create_index(
        "outbox_came_back",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("bounce_permanent IS TRUE"),
        postgresql_where=sa.text("bounce_permanent IS TRUE"),
    )
    op.create_index("outbox_to_claim", "outbox", ["state", "kind", "due", "id", "domain"], unique=False)
    op.create_table(
        "partners",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("domains", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("urgent_phone", sa.String(), nullable=False),
        sa.Column("channel_type", sa.String(), nullable=False),
        sa.Column("channel_address", sa.String(), nullable=False),
        sa.Column("required", sa.Text(), nullable=False),
        sa.Column("guidelines_text", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("urgent", sa.String(), nullable=True),
        sa.Column("attach_original", sa.Boolean(), nullable=False),
        sa.Column("max_size", sa.BigInteger(), nullable=True),
        sa.Column("ticket_pattern", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("customer_may_call_icentrex", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tickets",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("billing_state", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("authenticity", sa.String(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("customer_name", sa.String(), nullable=True),
        sa.Column("org_number", sa.String(), nullable=True),
        sa.Column("partner_name", sa.String(), nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("unread", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("phone_escalation", sa.Text(), nullable=True),
        sa.Column("billing", sa.Text(), nullable=False),
        sa.Column("reference_ids", sa.Text(), nullable=False),
        sa.Column("undeliverable", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("tickets_by_customer", "tickets", ["customer", "number"], unique=False)
    op.create_index("tickets_by_open", "tickets", ["is_open", "number"], unique=False)
    op.create_index("tickets_by_status", "tickets", ["status", "number"], unique=False)
    op.create_index("tickets_by_urgent", "tickets", ["urgent", "is_open", "number"], unique=False)
    op.create_table(
        "timers",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("timers_by_due", "timers", ["due"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("unverified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("articles_by_ticket", "articles", ["ticket", "id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("journal_by_ticket", "journal", ["ticket", "id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"],
            ["tickets.number"],
        ),
        sa.PrimaryKeyConstraint("ticket", "address"),
    )
    op.create_index("participants_by_address", "participants", ["address", "ticket"], unique=False)
    op.execute("INSERT INTO counters (name, value) VALUES ('ticket', 10000)")
