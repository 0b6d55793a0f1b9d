"""Give channels a name and an owner, and let them say that they are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("on_call_channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(op.f("fk_on_call_channel_account_id_account"), "account", ["account_id"], ["id"])
    with op.batch_alter_table("escalation_page", schema=None) as batch_op:
        batch_op.add_column(sa.Column("severity", sa.Enum("concern", "high", "critical", name="severity", native_enum=False, length=32), nullable=True))
