// The page: one conversation, whose id stands behind the # of the address, so that a reload goes on.
//
// words.js says things, api.js asks, composer.js takes questions in, turn.js and stage.js show the
// answer and the picture; spotlight.js joins the two.

import { Trouble, ask, json, key } from "./api.js";
import { Composer } from "./composer.js";
import { $ } from "./dom.js";
import { drawHistory, startHistory } from "./history.js";
import { startLook } from "./look.js";
import { Picture, arrived } from "./pictures.js";
import { unpin } from "./spotlight.js";
import { draw, showPictures, showTurn } from "./stage.js";
import { Turn, follow } from "./turn.js";
import { startWords } from "./words.js";

const pictures = new Map(); // of the conversation, by id
let conversation = null;
let turns = [];
let stopping = null;

const composer = new Composer({
  sending: send,
  stopping: () => stopping?.abort(),
  changed: drawPictures,
  hasPictures: () => pictures.size > 0,
});

function drawPictures() {
  showPictures([...pictures.values(), ...composer.pictures]);
}

async function send(question, sent) {
  const turn = new Turn({ question, pictures: sent });
  turns.push(turn);
  $("turns").append(turn.element);
  composer.asking(true);
  showPictures([...pictures.values(), ...sent]);
  unpin();
  showTurn(turn);
  follow({ always: true });
  try {
    await answer(turn, sent);
  } catch (error) {
    takeBack(turn, question, sent);
    if (error.name !== "AbortError") complain(error, () => composer.send());
  } finally {
    composer.asking(false);
    drawPictures();
    follow();
  }
  if (turn.answer) await load(turn.pictures);
}

async function answer(turn, sent) {
  const form = new FormData();
  form.set("question", turn.question);
  if (conversation) form.set("conversation", conversation);
  for (const { file } of sent) form.append("pictures", file);
  stopping = new AbortController();
  let shown = [...pictures.values()];
  for await (const [name, data] of ask(form, stopping.signal)) {
    if (name === "began") {
      turn.pictures = arrived(data.pictures, pictures, sent);
      shown = [...pictures.values(), ...turn.pictures];
      showPictures(shown);
    }
    turn.take(name, data);
    if (name === "answered") keep(turn, data.conversation);
    else draw();
    follow();
  }
}

/** What is answered is the conversation's. */
function keep(turn, id) {
  for (const picture of turn.pictures) pictures.set(picture.id, picture);
  at(id);
  showTurn(turn);
}

/** The page is at this conversation, or (null) at none. */
function at(id) {
  conversation = id;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  drawTitle();
}

function drawTitle() {
  const [first] = turns;
  document.title = first && conversation ? `${first.question} · vqa-agent` : "vqa-agent";
}

/** A question without an answer was never asked: it goes back into its fields. */
function takeBack(turn, question, sent) {
  if (turn.answer) return;
  turn.remove();
  turns = turns.filter((other) => other !== turn);
  showTurn(turns.at(-1) ?? null);
  composer.fill(question, sent);
}

/** Show what the browser cannot show by itself, or no longer has. */
async function load(wanted) {
  try {
    await Promise.all(wanted.filter((p) => !p.url).map((p) => p.load(conversation)));
  } catch (error) {
    complain(error, () => load(wanted));
  }
  for (const turn of turns) turn.draw();
  draw();
}

function complain(error, again) {
  if (!(error instanceof Trouble)) throw error;
  if (error.word === "key_wrong") return askForKey(again, key.get() !== null);
  if (error.word === "conversation_gone") begin();
  const refused = ["invalid_image", "conversation_gone", "picture_gone", null].includes(error.word);
  return composer.say(error.word, error.fields, {
    again: refused ? null : again, wait: error.wait, message: error.message,
  });
}

function askForKey(then, wasWrong) {
  key.forget();
  $("key-wrong").hidden = !wasWrong;
  $("key-field").value = "";
  $("key-form").onsubmit = (event) => {
    event.preventDefault();
    key.set($("key-field").value.trim());
    $("key").close();
    then();
  };
  if (!$("key").open) $("key").showModal();
}

/** Begin a new conversation; pictures that wait for their question stay. */
function begin() {
  stopping?.abort();
  for (const turn of turns) turn.remove();
  turns = [];
  for (const { url } of pictures.values()) if (url) URL.revokeObjectURL(url);
  pictures.clear();
  at(null);
  unpin();
  showTurn(null);
  composer.draw();
  drawPictures();
}

async function goOn(id) {
  const stored = await json(`v1/conversations/${id}`);
  begin();
  for (const { id: name, name: file, width, height } of stored.pictures) {
    pictures.set(name, new Picture({ id: name, name: file, size: [width, height] }));
  }
  turns = stored.turns.map((turn) => new Turn({ ...turn, pictures: turn.pictures.map((p) => pictures.get(p)) }));
  $("turns").append(...turns.map((turn) => turn.element));
  at(id);
  drawPictures();
  showTurn(turns.at(-1) ?? null);
  composer.draw();
  await load([...pictures.values()]);
  follow({ always: true });
}

async function start() {
  try {
    composer.limits = await json("page/settings.json");
    if (composer.limits.needs_key && !key.get()) return askForKey(start, false);
    const [, id] = /^#(conv_[0-9a-f]+)$/.exec(location.hash) ?? [];
    if (id && id !== conversation) await goOn(id);
    else {
      if (!id && conversation) begin();
      await json("v1/models"); // whether the key is one
    }
    composer.draw();
  } catch (error) {
    complain(error, start);
  }
  return $("question").focus();
}

startLook();
startWords(() => {
  for (const turn of turns) turn.draw();
  composer.draw();
  draw();
  drawHistory();
});
startHistory({
  current: () => conversation,
  gone: (id) => (id === null || id === conversation) && begin(),
  failed: complain,
});
$("new").addEventListener("click", () => {
  begin();
  $("question").focus();
});
addEventListener("hashchange", start);
start();
