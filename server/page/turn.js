// One question and its answer: steps as they happen, sentences with what carries them, thumbs.

import { post } from "./api.js";
import { $, announce, h, icon } from "./dom.js";
import { inFull, percent, pictureName, stepName, what } from "./evidence.js";
import { lights, onLight, pin } from "./spotlight.js";
import { t } from "./words.js";

const NOTED_MS = 50;
const UNSURE = 0.5; // a confidence below is as likely wrong
const turns = new Set();
let counted = 0;

onLight((of, ids, pinned) => {
  for (const turn of turns) {
    turn.lit = of === turn ? ids : new Set();
    turn.pinned = pinned?.turn === turn ? pinned.ids.join(" ") : null;
    turn.mark();
  }
});

export class Turn {
  constructor({ question, pictures = [], id = null, answer = null, rating = null }) {
    Object.assign(this, { question, pictures, id, rating });
    this.key = `turn-${(counted += 1)}`;
    this.steps = [];
    this.sentences = [];
    this.evidence = new Map();
    this.cited = new Set();
    this.numbers = new Map();
    this.lit = new Set();
    this.pinned = null;
    this.answer = null;
    this.element = h("article", { class: "turn", id: this.key, "aria-label": question });
    if (answer) this.finish(answer);
    turns.add(this);
    this.draw();
  }

  remove() {
    turns.delete(this);
    this.element.remove();
  }

  /** Take in an event of the stream. */
  take(name, data) {
    if (name === "tool_started") {
      this.steps.push({ ...data, status: "running", evidence: [] });
      announce(t("looking", { step: stepName(data) }));
    } else if (name === "tool_finished") {
      const at = this.steps.findIndex((step) => step.id === data.id);
      this.steps.splice(at < 0 ? this.steps.length : at, 1, data);
      this.learn(data.evidence);
    } else if (name === "sentence") {
      this.sentences.push(data.text);
    } else if (name === "answered") {
      this.id = data.turn;
      this.finish(data);
      announce(data.answer);
    }
    this.draw();
  }

  learn(evidence) {
    for (const e of evidence) this.evidence.set(e.id, e);
  }

  finish(answer) {
    this.answer = answer;
    this.learn(answer.evidence);
    if (!answer.abstained) this.cited = new Set(answer.claims.flatMap((claim) => claim.evidence));
    this.numbers = new Map([...this.cited].map((id, index) => [id, String(index + 1)]));
    if (!this.steps.length) this.steps = recalled(answer);
  }

  /** The number that sentence and box share, by the order in which the answer cites; else "". */
  number(id) {
    return this.numbers.get(id) ?? "";
  }

  draw() {
    const open = this.element.querySelector(".steps")?.open;
    this.element.replaceChildren(
      h("div", { class: "asked" }, this.thumbs(), h("p", {}, this.question)),
      h("div", { class: "answered" }, this.drawSteps(open), this.drawAnswer()),
    );
    this.mark();
  }

  thumbs() {
    const shown = this.pictures.filter((picture) => picture.url);
    if (!shown.length) return null;
    const name = (picture) => (picture.id ? pictureName(picture.id) : picture.name);
    return h("div", { class: "thumbs" }, shown.map((p) => h("img", { src: p.url, alt: name(p) })));
  }

  drawSteps(wasOpen) {
    if (this.answer?.reason === "no_question") return null;
    const done = this.answer !== null;
    const running = this.steps.filter((step) => step.status === "running").at(-1);
    const open = done ? this.answer.abstained || (wasOpen && this.wasDone) : true;
    this.wasDone = done;
    const summary = done ? this.summary() : running ? t("looking", { step: stepName(running) }) : t("thinking");
    return h(
      "details",
      { class: `steps ${done ? "done" : "running"}`, open },
      h("summary", {}, h("span", {}, summary)),
      h("ol", {}, this.steps.map((step) => this.drawStep(step))),
    );
  }

  summary() {
    const { length } = this.steps;
    const many = length === 1 ? t("step") : length ? t("steps", { count: length }) : t("no_steps");
    const { total } = this.answer.timings_ms;
    return total < NOTED_MS ? many : `${many} · ${t("took", { seconds: seconds(total) })}`;
  }

  drawStep(step) {
    const notes = [];
    if (step.status === "error") notes.push(t("failed"));
    if (step.cached) notes.push(t("cached"));
    if (step.elapsed_ms >= NOTED_MS && !step.cached) {
      notes.push(t("took", { seconds: seconds(step.elapsed_ms) }));
    }
    const none = step.status === "ok" && !step.evidence.length;
    return h(
      "li",
      { class: `step ${step.status}` },
      h("span", { class: "name" }, stepName(step)),
      h("span", { class: "note" }, notes.join(" · ")),
      h("div", { class: "findings" }, step.evidence.slice(0, 12).map((e) => this.finding(e)),
        none ? h("span", { class: "note" }, t("nothing")) : null),
    );
  }

  finding(evidence) {
    const button = h(
      "button",
      { type: "button", class: `finding ${evidence.kind}`, "data-evidence": evidence.id,
        onclick: () => pin(this, [evidence.id]) },
      what(evidence),
      h("small", {}, ` ${percent(evidence.score)} %`),
    );
    return lights(button, this, [evidence.id]);
  }

  drawAnswer() {
    const { answer } = this;
    if (answer?.reason === "no_question") return [h("p", { class: "said" }, answer.answer)];
    if (!answer) return [h("p", { class: "said" }, this.sentences.join(isChinese(this.question) ? "" : " "))];
    const kind = answer.abstained ? "abstained" : answer.estimated ? "estimated" : "";
    return [
      answer.read_as ? h("p", { class: "read-as" }, t("read_as", { question: answer.read_as })) : null,
      h("p", { class: `said ${kind}`, lang: answer.language === "zh" ? "zh-Hans" : "en" },
        segments(answer).map((segment) => this.segment(segment))),
      answer.abstained ? h("p", { class: "why" }, t(`next_${answer.reason}`)) : null,
      answer.estimated ? h("p", { class: "why" }, t("estimate_why")) : null,
      this.drawFoot(),
    ].filter(Boolean);
  }

  segment({ text, claim, note }) {
    const known = (claim?.evidence ?? []).filter((id) => this.evidence.has(id));
    if (!known.length) return note ? h("span", { class: "aside" }, text) : text;
    const rows = known.map((id) => this.evidence.get(id));
    const list = h("span", { class: "unseen", id: `${this.key}-${known.join("-")}` },
      t("evidence", { list: rows.map(inFull).join("; ") }));
    const estimated = rows.some((e) => e.kind === "estimate");
    const sentence = h(
      "span",
      { class: `sentence ${estimated ? "estimate" : ""}`, role: "button", tabindex: "0",
        "aria-describedby": list.id, "data-evidence": known.join(" ") },
      h("span", { class: "words" }, text),
      h("sup", { "aria-hidden": "true" }, this.marks(known)),
    );
    sentence.addEventListener("click", () => pin(this, known));
    sentence.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      pin(this, known);
    });
    return h("span", {}, lights(sentence, this, known), list);
  }

  /** The numbers of evidence, runs of them as "1–9". */
  marks(ids) {
    const runs = [];
    for (const number of ids.map((id) => Number(this.number(id))).sort((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last && last[1] === number - 1) last[1] = number;
      else runs.push([number, number]);
    }
    return runs.map(([from, to]) => (from === to ? from : to - from < 2 ? `${from} ${to}` : `${from}–${to}`)).join(" ");
  }

  drawFoot() {
    const { answer } = this;
    const badge = answer.abstained ? "abstained" : answer.estimated ? "estimate" : null;
    return h(
      "div",
      { class: "foot" },
      badge ? h("span", { class: `badge ${badge}` }, t(badge), answer.abstained ? ` · ${t(answer.reason)}` : null) : null,
      answer.abstained ? null : h("span", { class: `sure ${answer.confidence < UNSURE ? "low" : ""}` }, t("sure", { percent: percent(answer.confidence) })),
      h("span", { class: "thumbs-up-down" }, this.thumb(1, "good", "up"), this.thumb(-1, "bad", "down")),
      this.asksWhy ? this.why() : null,
    );
  }

  thumb(rating, word, name) {
    const button = h(
      "button",
      { type: "button", class: "plain icon", "aria-label": t(word), title: t(word),
        "aria-pressed": String(this.rating === rating), "data-rating": String(rating) },
      icon(name),
    );
    button.addEventListener("click", () => this.rate(rating));
    return button;
  }

  /** Store a thumb, and say whether it is stored. */
  async rate(rating, comment = "") {
    try {
      await post("v1/feedback", { turn: this.id, rating, comment });
    } catch {
      announce(t("not_stored"));
      return this.element.querySelector(".foot").append(h("span", { class: "wrong" }, t("not_stored")));
    }
    this.rating = rating;
    this.asksWhy = rating < 0 && !comment;
    announce(t("thanks"));
    this.draw();
    const next = this.asksWhy ? ".why-bad input" : `[data-rating="${rating}"]`;
    return this.element.querySelector(next).focus();
  }

  why() {
    const field = h("input", { type: "text", maxlength: 2000, placeholder: t("why_bad"), "aria-label": t("why_bad") });
    const send = (event) => {
      event.preventDefault();
      if (field.value.trim()) this.rate(-1, field.value.trim());
    };
    return h("form", { class: "why-bad", onsubmit: send }, field,
      h("button", { type: "submit", class: "plain" }, t("tell")));
  }

  /** Light what is lit, without drawing anew: what has the focus keeps it. */
  mark() {
    for (const element of this.element.querySelectorAll("[data-evidence]")) {
      const mine = element.dataset.evidence;
      element.classList.toggle("lit", mine.split(" ").some((id) => this.lit.has(id)));
      element.setAttribute("aria-pressed", String(mine === this.pinned));
    }
  }
}

const isChinese = (text) => /[\u4e00-\u9fff]/.test(text);
const seconds = (ms) => (ms < 9950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000));

/** The steps of a stored answer, each with what it saw, in the order in which that came. */
function recalled(answer) {
  const seen = answer.evidence.toSorted((a, b) => a.id.slice(1) - b.id.slice(1));
  return answer.tool_calls.map((call) => ({ ...call, evidence: seen.filter((e) => e.call_id === call.id) }));
}

/** The answer cut into its claims, what stands between them, and its notes. */
function segments(answer) {
  const parts = answer.abstained ? [] : answer.claims.map((claim) => ({ text: claim.text, claim }));
  parts.push(...answer.notes.map((text) => ({ text, note: true })));
  const found = [];
  let at = 0;
  for (const part of parts) {
    const start = answer.answer.indexOf(part.text, at);
    if (start < 0) continue;
    if (start > at) found.push({ text: answer.answer.slice(at, start) });
    found.push(part);
    at = start + part.text.length;
  }
  if (at < answer.answer.length) found.push({ text: answer.answer.slice(at) });
  return found;
}

/** Scroll to the newest words, unless somebody reads further up. */
export function follow({ always = false } = {}) {
  const thread = $("thread");
  const below = thread.scrollHeight - thread.scrollTop - thread.clientHeight;
  if (always || below < 200) thread.scrollTop = thread.scrollHeight;
}
