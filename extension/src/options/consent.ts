import { ask } from "../messages.js";
import { h } from "../overlay/dom.js";
import { consented, CONSENT_VERSION } from "../settings.js";
import { button, buttons, failed, find, result, save, say, soft, t, text, time, type Section } from "./section.js";

const PARTS = ["what", "not", "why", "where", "keep", "risk"] as const;

async function withdraw(): Promise<void> {
  const reply = await ask({ ask: "withdraw" });
  if (!reply) return;
  if (!reply.ok) return failed("consent-result", reply.why, reply.detail);
  say("consent-result", null);
  // The focus is on a button that is about to go.
  find("agree").hidden = false;
  find("agree").focus();
}

/** What is read, why, where it goes and what that risks; a yes to a version of it, and taking that back. */
export const consent: Section = {
  id: "consent", title: "o_consent", first: true,
  body: [
    h("dl", {}, ...PARTS.flatMap((part) => [text("dt", `o_${part}`), text("dd", `o_${part}_text`, part === "risk" ? { class: "risk" } : {})])),
    h("p", { id: "agreed", hidden: true }, h("span", { id: "agreed-text" })),
    h("p", { id: "withdrawn", class: "note", hidden: true }),
    h("p", { id: "outdated", class: "note", hidden: true }),
    buttons(
      button("agree", "o_agree", async () => {
        await save({ consent: { version: CONSENT_VERSION, at: new Date().toISOString() }, withdrawn: null });
        find("code").focus();
      }, ""),
      button("withdraw", "o_withdraw", withdraw),
    ),
    soft("o_withdraw_hint", "withdraw-hint"),
    result("consent-result"),
  ],
  show({ settings }) {
    const agreed = consented(settings);
    const { consent: given, withdrawn } = settings;
    find("agree").hidden = agreed;
    find("withdraw").hidden = find("withdraw-hint").hidden = find("agreed").hidden = !agreed;
    find("agreed-text").textContent = given ? t("o_agreed", { at: time(given.at), version: given.version }) : "";
    find("outdated").hidden = agreed || given === null;
    find("outdated").textContent = given ? t("o_outdated", { version: given.version, now: CONSENT_VERSION }) : "";
    find("withdrawn").hidden = agreed || withdrawn === null;
    find("withdrawn").textContent = withdrawn ? t(withdrawn.batches > 0 ? "o_withdrawn" : "o_withdrawn_none", { ...withdrawn, at: time(withdrawn.at) }) : "";
  },
};
