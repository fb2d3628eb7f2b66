const two = (number) => String(number).padStart(2, "0");

export const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

/** Unix seconds as the shop's own clock, wherever the browser stands. */
export function time(seconds) {
  if (!seconds) return "-";
  const at = new Date((seconds + 8 * 3600) * 1000);
  const day = `${at.getUTCFullYear()}/${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}`;
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

export function duration(seconds) {
  if (Math.abs(seconds) < 600) return `${Math.round(seconds)} 秒`;
  const hours = Math.trunc(seconds / 3600);
  const minutes = Math.abs(Math.round((seconds % 3600) / 60));
  return `${hours ? `${hours} 小时 ` : ""}${minutes} 分`;
}

export function figure(value, { title, type }) {
  if (value === -9999) return "-";
  if (type === 2) return share(value);
  return title.includes("时长") ? duration(value) : value.toFixed(2);
}

/** A fraction; what the platform does not know is -9999. */
export const share = (value) => (value === -9999 ? "-" : `${(value * 100).toFixed(2)}%`);

export const signed = (number, digits = 2) => `${number > 0 ? "+" : ""}${number.toFixed(digits)}`;
