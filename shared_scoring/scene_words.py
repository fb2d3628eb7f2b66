"""What a scene of conduct is called, in both languages."""

from collections.abc import Mapping

from shared_scoring.pack_base import Words

SCENE_WORDS: Mapping[str, Words] = {
    "invoice_refused": Words("拒开发票", "invoice refused"),
    "abnormal_return_address": Words("异常退货地址", "abnormal return address"),
    "fake_orders": Words("虚假交易", "fake orders"),
    "false_advertising": Words("虚假宣传", "false advertising"),
    "fraud_shipping": Words("欺诈发货", "fraud shipping"),
    "brand_confusion": Words("混淆品牌", "brand confusion"),
    "mocking_buyer": Words("辱骂消费者", "mocking a buyer"),
    "after_sale_refused": Words("拒绝售后", "after-sale refused"),
}
