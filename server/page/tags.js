// Where the number of each box stands: at the corner where it covers no other number, if there is one.

const HEIGHT = 18;
const GAP = 2;
const CORNERS = ["nw", "ne", "sw", "se", "in"];

/** Place the tags of boxes: `boxes` are [element, [left, top, width, height]] in shares of the canvas. */
export function placeTags(canvas, boxes) {
  const taken = [];
  for (const [element, share] of boxes) {
    const tag = element.querySelector(".tag");
    if (!tag) continue;
    const size = [Math.max(19, 10 + 8 * tag.textContent.length), HEIGHT];
    const places = CORNERS.map((corner) => [corner, place(corner, share, canvas, size)]);
    const free = places.filter(([, rect]) => inside(rect, canvas) && !taken.some((other) => meet(rect, other)));
    const [corner, rect] = free[0] ?? places.at(-1);
    tag.dataset.at = corner;
    taken.push(rect);
  }
}

/** The [left, top, right, bottom] of a tag in pixels of the canvas. */
function place(corner, [left, top, width, height], { clientWidth, clientHeight }, [w, h]) {
  const [x1, y1] = [left * clientWidth, top * clientHeight];
  const [x2, y2] = [x1 + width * clientWidth, y1 + height * clientHeight];
  if (corner === "in") return [x1, y1, x1 + w, y1 + h];
  const x = corner.endsWith("w") ? x1 - GAP - w : x2 + GAP;
  const y = corner.startsWith("n") ? y1 - GAP : y2 + GAP - h;
  return [x, y, x + w, y + h];
}

const inside = ([x1, y1, x2, y2], { clientWidth, clientHeight }) =>
  x1 >= 0 && y1 >= -GAP - 1 && x2 <= clientWidth && y2 <= clientHeight + GAP + 1;

const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
