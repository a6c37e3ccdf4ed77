"""What the operator and Acme's admins do behind everybody's back, the same in both worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Upkeep:
    """A statement of the owner's."""

    sql: str


UPKEEP: Final = (
    *[Upkeep("select outcome from private.run_job('refresh_summaries')")] * 4,
    Upkeep(
        "update public.usage_metrics set total_tokens = 5, prompt_tokens = 5, completion_tokens = 0"
        " where user_id = '$ben' and tenant_id = '$acme'"
    ),
    # The allowance is used up for an hour, or until the day ends, so that how fast a run is does not matter; and given
    # back.
    Upkeep(
        "update private.allowances set next_at = now() + interval '1 hour 1 minute' - interval '1 minute' / 1000000"
        " where tenant_id = '$acme'"
    ),
    Upkeep("update private.allowances set used_tokens = 1000000000000 where tenant_id = '$acme'"),
    *[Upkeep("update private.allowances set next_at = now(), used_tokens = 0 where tenant_id = '$acme'")] * 2,
    Upkeep(
        "update public.tenants set daily_token_limit = 1000000000000, user_daily_token_limit = 1000000000000"
        " where id = '$acme'"
    ),
    Upkeep("update public.users set is_active = true, role = 'admin' where id = '$ada' and tenant_id = '$acme'"),
    Upkeep("update public.users set is_active = true, role = 'member' where id = '$ben' and tenant_id = '$acme'"),
)
"""What keeps a run going, whatever people did to each other."""

SETTINGS: Final = (
    Upkeep("update public.users set is_active = not is_active where id = '$ben' and tenant_id = '$acme'"),
    Upkeep(
        "update public.conversations set is_archived = not is_archived where id = '$bens_talk' and tenant_id = '$acme'"
    ),
    Upkeep("update public.tenants set features = '{\"ai_assistant\": false}' where id = '$acme'"),
    Upkeep("update public.tenants set features = '{}' where id = '$acme'"),
    Upkeep("update public.tenants set is_active = not is_active where id = '$acme'"),
    Upkeep("update public.tenants set llm_provider = 'nowhere' where id = '$acme'"),
    Upkeep("update public.tenants set llm_provider = null, temperature = 0.5, max_tokens = 9 where id = '$acme'"),
    Upkeep("update public.tenants set llm_model = null, system_prompt = null where id = '$acme'"),
)
"""What changes how requests are answered."""
