// The conversations that are kept: a list to open and delete from, and the end of all of it.

import { json, request } from "./api.js";
import { $, announce, h, icon } from "./dom.js";
import { locale, t } from "./words.js";

const A_PAGE = 30;
let listed = [];
let hasMore = false;
let hooks = null;

/** `current()` is the id of the conversation on the page; `gone(id)` hears what is deleted (null:
 * all), `failed(error, again)` what went wrong. */
export function startHistory(given) {
  hooks = given;
  $("history-open").addEventListener("click", open);
  $("history-close").addEventListener("click", () => $("history").close());
  $("history-more").addEventListener("click", more);
  $("history-list").addEventListener("click", (event) => {
    if (event.target.closest("a")) $("history").close();
  });
  $("history").addEventListener("click", (event) => {
    if (event.target === $("history")) $("history").close(); // beside it
  });
  $("delete-all").addEventListener("click", deleteAll);
}

async function open() {
  listed = [];
  hasMore = false;
  draw(t("loading"));
  $("history").showModal();
  await more();
}

async function more() {
  const after = listed.length ? `&after=${listed.at(-1).id}` : "";
  await trying(more, async () => {
    const page = await json(`v1/conversations?limit=${A_PAGE}${after}`);
    listed = [...listed, ...page.data];
    hasMore = page.has_more;
    draw();
  });
}

async function trying(again, work) {
  try {
    await work();
  } catch (error) {
    $("history").close();
    hooks.failed(error, again === more ? open : again);
  }
}

/** Draw the list anew, in the page's language. */
export function drawHistory() {
  if ($("history").open) draw();
}

function draw(status = listed.length ? "" : t("no_conversations")) {
  $("history-list").replaceChildren(...listed.map(row));
  $("history-status").textContent = status;
  $("history-more").hidden = !hasMore;
}

function row(conversation) {
  const { id, title, turns, updated_at: at } = conversation;
  const name = title ?? t("untitled");
  const label = t("delete", { name });
  return h(
    "li",
    {},
    h("a", { href: `#${id}`, "aria-current": id === hooks.current() ? "page" : null },
      h("span", { class: "name" }, name),
      h("span", { class: "when" }, h("time", { datetime: new Date(at * 1000).toISOString() }, when(at)),
        ` · ${turns === 1 ? t("question_1") : t("questions", { count: turns })}`)),
    h("button", { type: "button", class: "plain icon", "aria-label": label, title: label,
      onclick: () => remove(conversation, name) }, icon("bin")),
  );
}

/** Today the time, before that the day. */
function when(seconds) {
  const then = new Date(seconds * 1000);
  const isToday = then.toDateString() === new Date().toDateString();
  return then.toLocaleString(locale(), isToday ? { timeStyle: "short" } : { dateStyle: "medium" });
}

async function remove(conversation, name) {
  if (!(await confirmed("delete_one", { name }))) return;
  await trying(() => remove(conversation, name), async () => {
    await request(`v1/conversations/${conversation.id}`, { method: "DELETE" });
    const at = listed.indexOf(conversation);
    listed.splice(at, 1);
    draw();
    announce(t("deleted"));
    const next = $("history-list").children[Math.min(at, listed.length - 1)];
    (next?.querySelector("a") ?? $("history-close")).focus();
    hooks.gone(conversation.id);
  });
}

async function deleteAll() {
  if (!(await confirmed("delete_everything"))) return;
  await trying(deleteAll, async () => {
    await request("v1/data", { method: "DELETE" });
    $("history").close();
    announce(t("deleted"));
    hooks.gone(null);
  });
}

/** Ask before something is deleted; whether it shall be. */
function confirmed(word, fields = {}) {
  $("confirm-words").textContent = t(word, fields);
  $("confirm").returnValue = "";
  $("confirm").showModal();
  return new Promise((resolve) => {
    $("confirm").addEventListener("close", () => resolve($("confirm").returnValue === "yes"), { once: true });
  });
}
