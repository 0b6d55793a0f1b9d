"""Every HTTP door of the house, in one list: the routes, the OpenAPI document and the tests of who may not come in are made from it."""

from beside.accounts.routes import doors as account_doors
from beside.conversations.routes import doors as conversation_doors
from beside.escalations.channels.routes import doors as channel_doors
from beside.escalations.policy.routes import doors as policy_doors
from beside.escalations.routes import doors as escalation_doors
from beside.escalations.shifts.routes import doors as rota_doors
from beside.gateway.desk import doors as desk_doors
from beside.gateway.exchange import doors as exchange_doors
from beside.kit.web import Door
from beside.matching.routes import doors as matching_doors
from beside.messages.routes import doors as message_doors
from beside.moderation.routes import doors as moderation_doors

DOORS: list[Door] = [
    *account_doors,
    *conversation_doors,
    *message_doors,
    *matching_doors,
    *moderation_doors,
    *escalation_doors,
    *rota_doors,
    *channel_doors,
    *policy_doors,
    *desk_doors,
    *exchange_doors,
]
