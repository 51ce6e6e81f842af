// Evidence and steps in words.

import { has, t } from "./words.js";

export const percent = (score) => Math.round(score * 100);

/** What was seen: “TOTAL EUR 39.10”, no dog, yes (unsure). */
export function what(evidence) {
  const { label, text, value, status, kind } = evidence;
  let words = label ?? String(value ?? "");
  if (status === "none") words = t("seen_no", { label: label ?? value });
  else if (kind === "estimate" && value !== null) words = String(value);
  else if (text !== null) words = `“${text}”`;
  else if (label !== null && value !== null) words = t("of", { what: label, about: figure(value) });
  return status === "unsure" ? `${words} (${t("unsure")})` : words;
}

/** A value; a share of the picture as percent. */
function figure(value) {
  return typeof value === "number" && !Number.isInteger(value) && value < 1 ? `${percent(value)} %` : value;
}

/** The same with where it comes from, for a caption and for a screen reader. */
export function inFull(evidence) {
  const parts = [what(evidence), toolName(evidence.tool), `${percent(evidence.score)} %`];
  if (evidence.kind === "estimate") parts.unshift(t("estimate"));
  return parts.join(" · ");
}

export function toolName(name) {
  return has(`tool_${name}`) ? t(`tool_${name}`) : name.replaceAll("_", " ");
}

/** A step: Read the text: total. */
export function stepName({ name, arguments: given }) {
  const named = [given.labels, given.query, given.question, given.candidates, given.descriptions];
  const about = [named.find((value) => value && value.length)].flat().filter(Boolean);
  const shown = about.slice(0, 3).join(t("comma")) + (about.length > 3 ? "…" : "");
  return shown ? t("of", { what: toolName(name), about: shown }) : toolName(name);
}

/** “img_2p3”: Picture 2, page 3. */
export function pictureName(id) {
  const [, file, page] = /^img_(\d+)(?:p(\d+))?$/.exec(id);
  const words = t("picture", { number: file });
  return page ? words + t("comma") + t("page", { page }) : words;
}
