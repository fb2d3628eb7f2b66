import { Notice } from "../parts.jsx";
import { Rows } from "../rows.jsx";
import * as css from "../styles.css";
import { useAnswer } from "../transport.js";

const COUNTS = [["待处理", "penalty_pending"], ["可申诉", "penalty_can_appeal"], ["申诉中", "penalty_appealing"], ["全部违规", "penalty_all"]];
const HEAD = ["违规编号", "违规场景", "处罚时间"];
const marks = ({ id: key }) => ({ key });
const cells = ({ id, scene, time }) => [id, scene, time];

export function Penalties() {
  const counts = useAnswer("/governance/shop/penalty/v3/overview_data");
  const found = useAnswer("/demo/penalty/list");
  const data = counts.answer?.data;
  const rows = Array.isArray(found.answer?.data?.list) ? found.answer.data.list : [];
  return (
    <section className={css.card}>
      {data && <dl className={css.counts}>{COUNTS.map(([label, key]) => <div key={key}><dt>{label}</dt><dd>{data[key] ?? "-"}</dd></div>)}</dl>}
      {!data && <Notice found={counts} />}
      <Rows head={HEAD} rows={rows} cells={cells} marks={marks} busy={found.state === "loading"} />
      <Notice found={found} empty={rows.length === 0} />
    </section>
  );
}
