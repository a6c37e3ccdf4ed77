"""Deleting a person's account at Supabase Auth, whose tables are not ours."""

from __future__ import annotations

import contextlib
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

    async def delete(self, account: UUID) -> bool:
        """Delete an account, or find it gone; False where the key is not accepted. Raises PrivacyError."""
        headers = {"apikey": self.secret_key, "Authorization": f"Bearer {self.secret_key}"}
        try:
            async with httpx2.AsyncClient(timeout=10) as client:
                answer = await client.delete(f"{self.url}/auth/v1/admin/users/{account}", headers=headers)
        except httpx2.HTTPError as error:
            raise PrivacyError(
                f"{self.url} cannot be reached ({type(error).__name__}), so account {account} is there still:"
                " run the same command again."
            ) from error
        if answer.status_code not in (200, 204, 401, 403, 404):
            raise PrivacyError(f"deleting account {account} at {self.url} failed ({answer.status_code}).")
        return answer.status_code not in (401, 403)


async def delete_account(connection: asyncpg.Connection, account: UUID, service: AuthService | None) -> None:
    """Delete an account, by Supabase's API if it lets us, else in the database. Raises PrivacyError."""
    # What Supabase Auth notes of sign-ins, where there is such a table and it is ours to change.
    with contextlib.suppress(asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        await connection.execute(QUERIES["forget_account"], account)
    if service is not None and await service.delete(account):
        return
    if await connection.fetchval(QUERIES["may_delete_accounts"]):
        await connection.execute(QUERIES["delete_account"], account)
    else:
        raise PrivacyError(
            f"account {account} is left at Supabase Auth, which needs SUPABASE_URL and a SUPABASE_SECRET_KEY that it"
            " accepts: set them and run the same command again, or delete it there and run it with --without-account."
        )
