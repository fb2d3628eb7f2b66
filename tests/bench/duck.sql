-- The indicators of douyin-shop/2026-09-08 from a record file, by the definitions of scoring.md.
-- Given: the variables path, and cut, the first moment of the as-of day by China's clock.
-- DuckDB's wheel has no time zones: its TIMESTAMPTZ reads an offset, TIMESTAMP drops it. China's eight hours are added.

CREATE MACRO local_time(moment) AS CAST(moment AS TIMESTAMP) + INTERVAL 8 HOUR;
CREATE MACRO newest(word, seen) AS arg_max(word, seen) FILTER (word IS NOT NULL);
CREATE MACRO happened(moment, seen) AS CASE WHEN local_time(newest(moment, seen)) < getvariable('cut')
    THEN local_time(newest(moment, seen)) END;
CREATE MACRO in_window(moment) AS moment >= getvariable('cut') - INTERVAL 30 DAY AND moment < getvariable('cut');
CREATE MACRO clock_start(moment, closes, opens) AS CASE
    WHEN hour(moment) >= closes THEN date_trunc('day', moment) + to_hours(24 + opens)
    WHEN hour(moment) < opens THEN date_trunc('day', moment) + to_hours(opens) ELSE moment END;
CREATE MACRO waited(since, until, closes, opens) AS greatest(0, epoch_us(until) - epoch_us(clock_start(since, closes, opens)));

CREATE TEMP TABLE told AS SELECT * FROM read_ndjson(getvariable('path'), columns = {
    kind: 'VARCHAR', id: 'VARCHAR', seen_at: 'TIMESTAMPTZ', created_at: 'TIMESTAMPTZ', paid_at: 'TIMESTAMPTZ',
    shipped_at: 'TIMESTAMPTZ', picked_up_at: 'TIMESTAMPTZ', delivered_at: 'TIMESTAMPTZ', cancelled_at: 'TIMESTAMPTZ',
    deliver_by: 'TIMESTAMPTZ', applied_at: 'TIMESTAMPTZ', agreed_at: 'TIMESTAMPTZ', refunded_at: 'TIMESTAMPTZ',
    started_at: 'TIMESTAMPTZ', opened_at: 'TIMESTAMPTZ', excluded: 'VARCHAR[]',
    waybills: 'STRUCT(deliver_by TIMESTAMPTZ, delivered_at TIMESTAMPTZ, trace_abnormal BOOLEAN)[]', order_id: 'VARCHAR',
    type: 'VARCHAR', stars: 'INTEGER', counts: 'BOOLEAN', reason: 'STRUCT("class" VARCHAR)', exempt: 'BOOLEAN',
    arbitration: 'STRUCT(opened_at TIMESTAMPTZ)', rounds: 'BIGINT', unanswered_rounds: 'BIGINT',
    reply_seconds: 'DECIMAL(18, 6)', via: 'VARCHAR', same_issue_as_chat: 'BOOLEAN'});

-- One row a record: the newest word on each field, without what lies ahead.
CREATE TEMP TABLE orders AS SELECT id, happened(created_at, seen_at) AS created_at, happened(paid_at, seen_at) AS paid_at,
    happened(shipped_at, seen_at) AS shipped_at, happened(picked_up_at, seen_at) AS picked_up_at,
    happened(delivered_at, seen_at) AS delivered_at, happened(cancelled_at, seen_at) AS cancelled_at,
    local_time(newest(deliver_by, seen_at)) AS deliver_by, coalesce(len(newest(excluded, seen_at)), 0) > 0 AS excluded,
    newest(waybills, seen_at) AS waybills FROM told WHERE kind = 'order' GROUP BY id HAVING created_at IS NOT NULL;
CREATE TEMP TABLE reviews AS SELECT id, newest(order_id, seen_at) AS order_id, happened(created_at, seen_at) AS created_at,
    newest(stars, seen_at) AS stars, newest(counts, seen_at) AS counts
    FROM told WHERE kind = 'review' GROUP BY id HAVING created_at IS NOT NULL;
CREATE TEMP TABLE after_sales AS SELECT id, newest(order_id, seen_at) AS order_id, newest(type, seen_at) AS type,
    happened(applied_at, seen_at) AS applied_at, happened(agreed_at, seen_at) AS agreed_at,
    happened(refunded_at, seen_at) AS refunded_at, newest(reason, seen_at)."class" AS reason,
    happened(arbitration.opened_at, seen_at) AS taken_at
    FROM told WHERE kind = 'after_sale' GROUP BY id
    HAVING applied_at IS NOT NULL AND newest(exempt, seen_at) IS NOT TRUE;
CREATE TEMP TABLE chats AS SELECT id, newest(order_id, seen_at) AS order_id, happened(started_at, seen_at) AS started_at,
    newest(rounds, seen_at) AS rounds, coalesce(newest(unanswered_rounds, seen_at), 0) AS unanswered,
    newest(reply_seconds, seen_at) AS reply_seconds, newest(stars, seen_at) AS stars
    FROM told WHERE kind = 'chat' GROUP BY id HAVING started_at IS NOT NULL;
CREATE TEMP TABLE helps AS SELECT newest(order_id, seen_at) AS order_id, happened(opened_at, seen_at) AS opened_at,
    newest(via, seen_at) = 'arbitration' OR newest(same_issue_as_chat, seen_at) AS counts
    FROM told WHERE kind = 'platform_help' GROUP BY id HAVING opened_at IS NOT NULL;

CREATE TEMP VIEW valid AS SELECT * FROM orders WHERE paid_at IS NOT NULL AND NOT excluded;
CREATE TEMP VIEW refused AS SELECT id AS order_id FROM orders WHERE paid_at IS NULL OR excluded;
CREATE TEMP VIEW reasons AS SELECT order_id, arg_min(reason, (applied_at, id)) AS reason FROM after_sales GROUP BY order_id;
CREATE TEMP VIEW ratings AS SELECT order_id, sum(stars) AS stars, count(*) AS reviews FROM reviews
    WHERE stars IS NOT NULL AND counts IS NOT FALSE GROUP BY order_id;
CREATE TEMP VIEW parcels AS SELECT local_time(waybill.delivered_at) AS arrived, waybill.trace_abnormal AS abnormal,
        coalesce(local_time(waybill.deliver_by), deliver_by) AS due
    FROM (SELECT deliver_by, unnest(waybills) AS waybill FROM valid)
    UNION ALL SELECT delivered_at, FALSE, deliver_by FROM valid WHERE coalesce(len(waybills), 0) = 0
        AND (cancelled_at IS NULL OR cancelled_at >= coalesce(shipped_at, picked_up_at, delivered_at));
CREATE TEMP VIEW served AS SELECT * FROM chats WHERE in_window(started_at) AND hour(started_at) BETWEEN 8 AND 22
    AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.id = chats.order_id AND excluded);
CREATE TEMP VIEW answered AS SELECT * FROM after_sales ANTI JOIN refused USING (order_id)
    WHERE type IN ('refund_shipped', 'return_refund') AND in_window(refunded_at);
CREATE TEMP VIEW asked AS SELECT DISTINCT order_id FROM (SELECT order_id, applied_at AS moment FROM after_sales
        UNION ALL SELECT order_id, started_at FROM chats) ANTI JOIN refused USING (order_id) WHERE in_window(moment);
CREATE TEMP VIEW helped AS SELECT DISTINCT order_id FROM (SELECT order_id, taken_at AS moment FROM after_sales
        UNION ALL SELECT order_id, opened_at FROM helps WHERE counts) ANTI JOIN refused USING (order_id)
    WHERE in_window(moment);

-- The value is the sum of numerator / parts over the sum of denominator.
SELECT 'goods.rating' AS key, reviews AS parts, sum(stars) AS numerator, count(*) AS denominator
    FROM valid JOIN ratings ON order_id = id WHERE in_window(delivered_at) GROUP BY reviews
UNION ALL SELECT 'goods.quality_return', 1, count(*) FILTER (reason = 'quality'), count(*)
    FROM valid LEFT JOIN reasons ON order_id = id WHERE in_window(delivered_at)
UNION ALL SELECT 'logistics.damage_return', 1, count(*) FILTER (reason = 'damage'), count(*)
    FROM valid LEFT JOIN reasons ON order_id = id WHERE in_window(paid_at)
UNION ALL SELECT 'logistics.pickup_seconds', 1000000, sum(waited(paid_at, picked_up_at, 18, 6)), count(*)
    FROM valid WHERE in_window(picked_up_at)
UNION ALL SELECT 'logistics.delivery_rate', 1, count(*) FILTER (
        arrived <= due AND arrived < getvariable('cut') AND abnormal IS NOT TRUE), count(*) FROM parcels WHERE in_window(due)
UNION ALL SELECT 'service.audit_seconds', 1000000, sum(waited(applied_at, coalesce(agreed_at, refunded_at), 23, 8)), count(*)
    FROM answered
UNION ALL SELECT 'service.reply_seconds', 1000000, sum(1000000 * (coalesce(reply_seconds, 0) + 600 * unanswered)), sum(rounds)
    FROM served WHERE rounds > 0 AND (reply_seconds IS NOT NULL OR unanswered >= rounds)
UNION ALL SELECT 'service.dissatisfied', 1, count(*) FILTER (stars <= 3), count(*) FROM served WHERE stars IS NOT NULL
UNION ALL SELECT 'service.help_rate', 1, (SELECT count(*) FROM helped), (SELECT count(*) FROM asked);
