"""What a merchant may say to a buyer, and what not: each rule of product-rules 7 in words people really use."""

import pytest

from shared_scoring.compliance.check import check, rules

BROKEN = {
    "paid_praise": [
        "亲，五星好评截图发客服返现5元哦",
        "好评返现3元",
        "晒图有礼，领优惠券",
        "给个红包，麻烦五星好评",
        "Leave a 5-star review and get a $5 gift card as reward",
        "We will send you cash back for a positive review.",
    ],
    "paid_silence": [
        "给您补偿10元红包，您别给差评了好吗",
        "您删除差评，我们转账给您",
        "We offer a refund if you delete the review",
    ],
    "pressing_buyer": [
        "麻烦您修改一下评价",
        "能不能把差评删一下",
        "退货原因选成七天无理由",
        "请把退款原因改成不想要了",
        "Could you please change your review to five stars?",
    ],
    "fake_orders": ["找人补单拉一下分", "刷单提升销量", "We need some brushing orders this week"],
    "refusing_after_sale": ["本店商品概不退换", "一经拆封不退不换", "我们拒绝退款", "No refunds on this item."],
}
FINE = [
    "很抱歉给您带来不好的体验，我们已经更换了包装，并按规则为您退款。",
    "严禁好评返现，也不要补单。",
    "请勿刷单。",
    "您好，请问收到的商品哪里有问题？我们马上为您处理售后。",
    "欢迎如实评价。",
    "Thank you for your feedback; we have refunded the order by the rules and fixed the cause.",
    "Never offer cash back for a positive review.",
    "如果评价不实，可以向平台申诉。",
    "可以使用平台的评价有礼工具。",
]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in BROKEN.items() for text in texts])
def test_what_breaks_a_rule_is_found_and_named(rule: str, text: str) -> None:
    found = check(text)
    assert rule in {one.rule for one in found}
    assert all(text[one.start : one.end] == one.excerpt and one.advice and one.source for one in found)


@pytest.mark.parametrize("text", FINE)
def test_honest_words_pass(text: str) -> None:
    assert check(text) == []


def test_every_rule_is_tried_and_says_itself_in_both_languages() -> None:
    assert {rule.key for rule in rules()} == set(BROKEN)
    for rule in rules():
        for words in (rule.name, rule.source, rule.advice):
            assert words.zh
            assert words.en
            assert words.zh != words.en
