from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from server.http.structs import schema_of
from shared_scoring.actions.product_check import ProductCheck

ProductCheckSchema = schema_of(ProductCheck)
_ID = validate.Length(1, 128)


class ProductCheckQuerySchema(Schema):
    product_id = fields.String(load_default=None, validate=_ID)
    merchant_id = fields.String(
        load_default=None, validate=_ID, metadata={"description": "The shop that sells it; alone, the shop as a whole."}
    )
    orders = fields.Integer(
        load_default=100, validate=validate.Range(1, 1_000_000), metadata={"description": "How many would be sold."}
    )
    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))

    @validates_schema
    def _names_something(self, data: dict[str, object], **_options: object) -> None:
        if data.get("product_id") is None and data.get("merchant_id") is None:
            raise ValidationError("name a product_id, a merchant_id, or both", "product_id")
