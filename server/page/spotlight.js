// What is pointed at: some evidence of one turn. Sentences, findings and boxes follow it.

const listeners = [];
let pointed = null;
let pinned = null;

/** Hear of each change: (turn, ids, pinned); null and an empty set where nothing is lit. */
export function onLight(listener) {
  listeners.push(listener);
}

function tell() {
  const lit = pointed ?? pinned;
  for (const listener of listeners) listener(lit?.turn ?? null, new Set(lit?.ids ?? []), pinned);
}

export function light(turn, ids) {
  pointed = { turn, ids };
  tell();
}

export function unlight() {
  pointed = null;
  tell();
}

/** Keep it lit when the pointer leaves, or no longer. */
export function pin(turn, ids) {
  const same = pinned?.turn === turn && pinned.ids.join() === ids.join();
  pinned = same ? null : { turn, ids };
  tell();
}

export function unpin() {
  pinned = pointed = null;
  tell();
}

/** An element that lights evidence while it is pointed at or has the focus. */
export function lights(element, turn, ids) {
  element.addEventListener("pointerenter", () => light(turn, ids));
  element.addEventListener("pointerleave", unlight);
  element.addEventListener("focus", () => light(turn, ids));
  element.addEventListener("blur", unlight);
  return element;
}
