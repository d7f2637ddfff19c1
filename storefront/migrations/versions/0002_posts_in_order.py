"""Posts have a number, so that those of the same second stay in the order of publishing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.drop_index("posts_author_id_published_at_idx", "posts")
    op.create_index("posts_author_id_number_idx", "posts", ["author_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("posts_author_id_number_idx", "posts")
    op.create_index("posts_author_id_published_at_idx", "posts", ["author_id", "published_at"])
    op.drop_column("posts", "number")
