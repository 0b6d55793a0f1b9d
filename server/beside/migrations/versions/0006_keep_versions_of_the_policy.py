"""Keep every version of a hub's escalation policy, and the timers that an escalation was raised with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "escalation_policy",
        sa.Column("hub_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("whole", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["hub_id"], ["hub.id"], name=op.f("fk_escalation_policy_hub_id_hub")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_escalation_policy_made_by_account")),
        sa.PrimaryKeyConstraint("hub_id", "number", name=op.f("pk_escalation_policy")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("timers", sa.JSON(), nullable=True))
