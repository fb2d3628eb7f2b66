import assert from "node:assert/strict";
import { it } from "node:test";
import { scrub } from "../src/scrub.js";

for (const [text, secret] of [
  ["物流太慢 电话13812345678 谢谢", "13812345678"],
  ["打 138 1234 5678", "1234"],
  ["１３８１２３４５６７８", "13812345678"],
  ["加wx:abcd12345", "abcd12345"],
  ["微信号 sentinel_wx_1", "sentinel_wx_1"],
  ["QQ：123456", "123456"],
  ["写信到 someone@example.com 吧", "someone@example.com"],
  ["身份证 11010119900101123X", "11010119900101"],
  ["浙江省杭州市文三路100号3幢502室", "文三路100号"],
  ["收件人：张三丰 收", "张三丰"],
] as const) it(`takes ${secret} out of "${text}"`, () => assert(!scrub(text).includes(secret), scrub(text)));

it("leaves ordinary words and short numbers alone", () => {
  for (const text of ["居家日百", "质量很好，尺寸 120*60，第 3 次买", "2026/11/20"]) assert.equal(scrub(text), text);
});
