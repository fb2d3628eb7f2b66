from flask.views import MethodView
from sqlalchemy import select

from server.audit.schemas import AuditPageSchema
from server.db.models import AuditEvent
from server.db.tenancy import account
from server.http.auth import principal
from server.http.blueprint import Blueprint
from server.http.paging import Page, PageQuery, PageQuerySchema, number_after, page
from server.http.state import database

blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit", description="Who did what, and when.")


@blueprint.route("")
class Audit(MethodView):
    @blueprint.requires("audit:read")
    @blueprint.arguments(PageQuerySchema, location="query")
    @blueprint.alt_response(304, description="Not modified", success=True)
    @blueprint.response(200, AuditPageSchema)
    def get(self, query: PageQuery) -> Page:
        """List what was done in this account, the newest first."""
        events = select(AuditEvent.__table__).order_by(AuditEvent.id.desc()).limit(query["limit"] + 1)
        if (last := number_after(query)) is not None:
            events = events.where(AuditEvent.id < last)
        with database().app.connect() as connection, account(connection, principal().account_id):
            rows = connection.execute(events).mappings().all()
        return page(rows, query, lambda row: str(row["id"]))
