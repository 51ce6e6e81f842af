// The picture with its boxes. Which evidence is lit, spotlight.js says.

import { $, h, icon } from "./dom.js";
import { inFull, pictureName } from "./evidence.js";
import { lights, onLight, pin } from "./spotlight.js";
import { placeTags } from "./tags.js";
import { t } from "./words.js";

let pictures = [];
let shown = null;
let turn = null; // whose boxes are drawn
let lit = new Set();

/** Show these pictures, the last one first of all unless one of them is shown already. */
export function showPictures(all) {
  const newest = all.length > pictures.length ? all.at(-1) : null;
  pictures = all;
  shown = newest ?? (all.includes(shown) ? shown : all.find((p) => p.id === shown?.id) ?? all.at(-1));
  document.body.classList.toggle("empty", all.length === 0);
  draw();
}

/** Draw the boxes of this turn, in a picture that its answer rests on. */
export function showTurn(next) {
  turn = next;
  const cited = [...(turn?.cited ?? [])].map((id) => turn.evidence.get(id)).filter(Boolean);
  const seen = cited.filter((e) => e.status !== "none");
  const rests = (seen.length ? seen : cited).map((e) => e.picture);
  if (rests.length && !rests.includes(shown?.id)) {
    shown = pictures.find((picture) => picture.id === rests[0]) ?? shown;
  }
  draw();
}

export function draw() {
  drawView();
  drawStrip();
  drawCaption();
}

onLight((of, ids) => {
  lit = ids;
  if (of) turn = of;
  const first = [...ids].map((id) => turn?.evidence.get(id)).find(Boolean);
  const there = first && pictures.find((picture) => picture.id === first.picture);
  if (there && there !== shown && !litHere().length) {
    shown = there;
    draw();
  } else if (of && $("view").dataset.turn !== of.key) draw();
  else {
    mark();
    drawCaption();
  }
});

const here = () => [...(turn?.evidence.values() ?? [])].filter((e) => e.picture === shown?.id);
const litHere = () => here().filter((e) => lit.has(e.id));

function drawView() {
  const view = $("view");
  if (!shown) return view.replaceChildren();
  view.dataset.turn = turn?.key ?? "";
  if (!shown.url) {
    const words = shown.id && !shown.file ? t("loading") : t("no_preview", { name: shown.name });
    return view.replaceChildren(h("div", { class: "blank" }, icon("page"), h("p", {}, words)));
  }
  const name = [shown.id ? pictureName(shown.id) : "", shown.name].filter(Boolean).join(t("comma"));
  const canvas = h("div", { class: "canvas" }, h("img", { src: shown.url, alt: name }));
  canvas.style.setProperty("--ratio", shown.size[0] / shown.size[1]);
  const boxed = here().filter((e) => e.box_xyxy);
  boxed.sort((a, b) => area(b) - area(a)); // small ones above large ones
  const boxes = boxed.map((evidence) => [box(evidence), shares(evidence)]);
  canvas.append(...boxes.map(([element]) => element));
  view.replaceChildren(canvas);
  placing.disconnect();
  place = () => placeTags(canvas, boxes);
  placing.observe(canvas); // which calls it, too
  mark();
}

let place = null;
const placing = new ResizeObserver(() => place());

/** Left, top, width and height of a box in shares of the picture. */
function shares({ box_xyxy: [x1, y1, x2, y2] }) {
  const [width, height] = shown.size;
  return [x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height];
}

const area = ({ box_xyxy: [x1, y1, x2, y2] }) => (x2 - x1) * (y2 - y1);

function box(evidence) {
  const cited = turn.cited.has(evidence.id);
  const element = h(
    "button",
    {
      type: "button", class: `box ${evidence.kind} ${evidence.status} ${cited ? "cited" : "seen"}`,
      "data-evidence": evidence.id, tabindex: cited ? null : -1,
      "aria-label": cited ? t("box", { number: turn.number(evidence.id), what: inFull(evidence) }) : inFull(evidence),
    },
    cited ? h("span", { class: "tag", "aria-hidden": "true" }, turn.number(evidence.id)) : null,
  );
  const at = shares(evidence);
  for (const [i, side] of ["left", "top", "width", "height"].entries()) {
    element.style.setProperty(side, `${at[i] * 100}%`);
  }
  element.addEventListener("click", () => pin(turn, [evidence.id]));
  lights(element, turn, [evidence.id]);
  for (const kind of ["click", "focus"]) element.addEventListener(kind, showSentence);
  return element;
}

function showSentence() {
  turn.element.querySelector(".sentence.lit")?.scrollIntoView({ block: "nearest" });
}

/** As `Turn.mark` does for sentences. */
function mark() {
  const canvas = $("view").querySelector(".canvas");
  if (!canvas) return;
  const now = litHere();
  const whole = now.filter((e) => !e.box_xyxy);
  canvas.classList.toggle("whole", whole.length > 0);
  canvas.classList.toggle("estimated", whole.some((e) => e.kind === "estimate"));
  canvas.classList.toggle("alone", now.length === 1 && !whole.length);
  for (const element of canvas.querySelectorAll(".box")) {
    element.classList.toggle("lit", lit.has(element.dataset.evidence));
  }
}

function drawCaption() {
  const now = litHere();
  const words = now.slice(0, 3).map((e) => (e.box_xyxy ? inFull(e) : `${inFull(e)} · ${t("whole")}`));
  if (now.length > 3) words.push("…");
  $("caption").textContent = words.join("   ");
}

function drawStrip() {
  const thumbs = pictures.map((picture, index) => {
    const name = picture.id ? pictureName(picture.id) : t("picture", { number: index + 1 });
    const face = picture.url ? h("img", { src: picture.url, alt: "" }) : icon("page");
    const choose = () => {
      shown = picture;
      draw();
      $("strip").children[index].focus();
    };
    return h(
      "button",
      { type: "button", class: "thumb", "aria-label": name, title: picture.name || name,
        "aria-pressed": String(picture === shown), onclick: choose },
      face,
      h("span", { "aria-hidden": "true" }, String(index + 1)),
    );
  });
  $("strip").replaceChildren(...(pictures.length > 1 ? thumbs : []));
}

