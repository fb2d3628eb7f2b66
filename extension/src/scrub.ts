/**
 * Takes contact data out of free text before the text leaves the page. Better one word too many than one number too few:
 * every run of seven digits or more goes, whatever it is.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "[mail]"],
  [/(?:微信|威信|薇信|wechat|weixin|vx|wx|v信|扣扣|qq)\s*(?:号|id)?\s*[:：]?\s*[a-z0-9_-]{4,}/gi, "[account]"],
  [/(?:\+?86[-\s]?)?1[3-9](?:[-\s]?\d){9}/g, "[phone]"],
  [/\d(?:[-\s]?\d){6,}[xX]?/g, "[number]"],
  [/[\p{Script=Han}A-Za-z0-9]{0,12}(?:街道|大道|小区|花园|公寓|弄|巷|路|街|村|镇|栋|幢|单元|号楼)\s*\d*[\p{Script=Han}\d-]{0,8}?(?:号|室|栋|幢|单元|楼)/gu, "[address]"],
  [/(?:收件人|收货人|联系人|姓名)\s*[:：]?\s*\p{Script=Han}{2,4}/gu, "[name]"],
];

/** Full-width digits and letters are brought to their plain forms first, so that they cannot slip through; punctuation stays. */
export function scrub(text: string): string {
  let out = text.replace(/[！-～]/g, (wide) => (/[！，：；？（）]/.test(wide) ? wide : wide.normalize("NFKC")));
  for (const [pattern, mark] of RULES) out = out.replace(pattern, mark);
  return out;
}
