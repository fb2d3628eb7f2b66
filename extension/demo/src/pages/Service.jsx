import { useState } from "react";
import { duration, share } from "../format.js";
import { Notice } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const BASE = "https://pigeon.jinritemai.com/backstage/queryStaffData";
const DAY = 86400;
const HEAD = ["客服", "接待会话量", "评价量", "不满意评价量", "平均响应时长", "会话不满意率", "三分钟回复率"];

/** Values stand bare or in `{fieldValue}`. */
const plain = (value) => (value !== null && typeof value === "object" ? value.fieldValue : value);
const marks = ({ staffUserInfo: { staffId } }) => ({ key: staffId });
const cells = (row) => [
  <>{row.staffUserInfo.staffName}<small>{row.staffUserInfo.staffAccount}</small></>,
  plain(row.servConvCnt),
  plain(row.validCommentCnt),
  plain(row.validBadCommentCnt),
  duration(plain(row.workTimeAvgRespDuration)),
  share(plain(row.workTimeUnSatisfyRate)),
  share(plain(row.workTimeThreeMinRespRate)),
];

/** Midnight in Shanghai of today, in unix seconds. */
const midnight = () => Math.floor((Date.now() / 1000 + 8 * 3600) / DAY) * DAY - 8 * 3600;

export function Service() {
  const [back, setBack] = useState(1);
  const start = midnight() - back * DAY;
  const found = useAnswer(`${BASE}?startTime=${start}&endTime=${start + DAY - 1}&page=1&size=100&queryType=1`);
  const rows = Array.isArray(found.answer?.data?.staffDataModel) ? found.answer.data.staffDataModel : [];
  return (
    <section className={css.card}>
      <div className={css.filters}>
        <strong>统计日期 {new Date((start + 8 * 3600) * 1000).toISOString().slice(0, 10)}</strong>
        <button type="button" onClick={() => setBack(back + 1)}>前一天</button>
        <button type="button" disabled={back === 1} onClick={() => setBack(back - 1)}>后一天</button>
      </div>
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
    </section>
  );
}
