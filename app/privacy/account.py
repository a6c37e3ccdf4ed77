"""Deleting a person's account at Supabase Auth, whose tables are not ours."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import httpx2

from app.privacy.people import PrivacyError
from app.queries import QUERIES


@dataclass(frozen=True)
class AuthService:
    """Supabase Auth's API for administrators."""

    url: str
    secret_key: str

    async def delete(self, account: UUID) -> None:
        """Delete an account, or find it gone. Raises PrivacyError."""
        headers = {"apikey": self.secret_key, "Authorization": f"Bearer {self.secret_key}"}
        try:
            async with httpx2.AsyncClient(timeout=10) as client:
                answer = await client.delete(f"{self.url}/auth/v1/admin/users/{account}", headers=headers)
        except httpx2.HTTPError as error:
            raise PrivacyError(
                f"{self.url} cannot be reached ({type(error).__name__}), so account {account} is there still:"
                " run the same command again."
            ) from error
        if answer.status_code not in (200, 204, 404):
            raise PrivacyError(f"deleting account {account} at {self.url} was refused ({answer.status_code}).")


async def delete_account(connection: asyncpg.Connection, account: UUID, service: AuthService | None) -> None:
    """Delete an account, by Supabase's API if it is known, else in the database. Raises PrivacyError."""
    if service is not None:
        await service.delete(account)
    elif await connection.fetchval(QUERIES["may_delete_accounts"]):
        await connection.execute(QUERIES["delete_account"], account)
    else:
        raise PrivacyError(
            f"account {account} is left at Supabase Auth: set SUPABASE_URL and SUPABASE_SECRET_KEY and run the same"
            " command again, or delete it there and run it with --without-account."
        )
