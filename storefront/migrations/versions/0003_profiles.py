"""Users have a birth date, a password and a profile, and are searched for by name, place and age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# As pg_trgm does, which not every server has: the sets of three letters that a text holds.
TRIGRAMS = """
CREATE FUNCTION trigrams(whole text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(array_agg(DISTINCT substr(lower(whole), place, 3)), '{}')
FROM generate_series(1, length(lower(whole)) - 2) AS place
$$
"""


def upgrade() -> None:
    op.add_column("users", sa.Column("birth_date", sa.Date()))
    op.add_column("users", sa.Column("password_hash", sa.String(200)))
    op.execute(TRIGRAMS)
    op.create_index("users_name_trigrams_idx", "users", [sa.text("trigrams(name)")], postgresql_using="gin")
    op.create_index("users_birth_date_idx", "users", ["birth_date"])
    op.create_index("users_created_at_id_idx", "users", ["created_at", "id"])
    op.create_table(
        "user_profiles",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("bio", sa.Text()),
        sa.Column("location", sa.String(200)),
        sa.Column("picture", sa.String(2000)),
        sa.CheckConstraint("char_length(bio) <= 500", name="user_profiles_bio_check"),
        sa.UniqueConstraint("user_id", name="user_profiles_user_id_key"),
    )
    op.create_index("user_profiles_location_idx", "user_profiles", ["location", "user_id"])


def downgrade() -> None:
    op.drop_table("user_profiles")
    op.drop_index("users_created_at_id_idx", "users")
    op.drop_index("users_birth_date_idx", "users")
    op.drop_index("users_name_trigrams_idx", "users")
    op.execute("DROP FUNCTION trigrams(text)")
    op.drop_column("users", "password_hash")
    op.drop_column("users", "birth_date")
