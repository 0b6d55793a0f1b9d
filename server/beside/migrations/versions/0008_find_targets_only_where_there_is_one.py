"""Find targets only where there is one: a message writes one row less, and PostgreSQL never looks for a message by its conversation alone.

The new index is made before the old one goes: meanwhile everything can be read. Sending waits, for about as long as a look through the table takes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HAS_TARGET = sa.text("target_seq IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_event_has_target", "event", ["conversation_id", "log", "target_seq"], sqlite_where=HAS_TARGET, postgresql_where=HAS_TARGET)
    op.drop_index("ix_event_target", table_name="event")
