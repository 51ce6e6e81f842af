// The question and its pictures before they are sent, and what went wrong when they were.

import { startCamera } from "./camera.js";
import { $, announce, h, icon } from "./dom.js";
import { Picture } from "./pictures.js";
import { t } from "./words.js";

const MB = 1e6;
const NOT_KNOWN = {
  max_picture_mb: Infinity, max_body_mb: Infinity, max_pictures: Infinity, max_question: 10_000,
};
const field = () => $("question");

/** What is being asked; `sending(question, pictures)` and `changed()` are the page's. */
export class Composer {
  constructor({ sending, stopping, changed, hasPictures }) {
    Object.assign(this, { sending, stopping, changed, hasPictures });
    this.limits = NOT_KNOWN;
    this.pictures = [];
    this.isAsking = false;
    this.trouble = null;
    this.listen();
  }

  listen() {
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    field().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
    });
    field().addEventListener("input", () => {
      grow();
      this.drawSuggestions();
    });
    $("stop").addEventListener("click", () => this.stopping());
    for (const id of ["attach", "choose"]) $(id).addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", () => {
      this.add([...$("files").files]);
      $("files").value = "";
    });
    startCamera((files) => this.add(files), () => this.say("no_camera"));
    document.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
    this.listenToDrops();
  }

  listenToDrops() {
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    const over = (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      $("overlay").hidden = false;
    };
    addEventListener("dragenter", over);
    addEventListener("dragover", over);
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) $("overlay").hidden = true;
    });
    addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      $("overlay").hidden = true;
      this.add([...event.dataTransfer.files]);
    });
  }

  /** Take in picture files, as far as the service would. */
  async add(files) {
    this.say(null);
    for (const file of files) {
      const { max_picture_mb: most, max_pictures: many } = this.limits;
      const size = (file.size / MB).toFixed(1);
      if (file.size > most * MB) this.say("too_large", { name: file.name, size, most });
      else if (this.pictures.length >= many) this.say("too_many", { most: many });
      else {
        const picture = new Picture({ name: file.name, file });
        await picture.preview();
        this.pictures.push(picture);
      }
    }
    this.draw();
    this.changed();
    field().focus();
  }

  remove(picture) {
    this.pictures = this.pictures.filter((other) => other !== picture);
    this.draw();
    this.changed();
    field().focus();
  }

  send() {
    if (this.isAsking) return;
    const question = field().value.trim();
    const bytes = this.pictures.reduce((sum, { file }) => sum + file.size, 0);
    if (!this.pictures.length && !this.hasPictures()) this.say("picture_first");
    else if (!question) this.say("question_first");
    else if (bytes > (this.limits.max_body_mb - 1) * MB) {
      this.say("too_large_all", { most: this.limits.max_body_mb - 1 });
    } else {
      this.say(null);
      const { pictures } = this;
      this.fill("", []);
      this.sending(question, pictures);
    }
  }

  /** Put a question and its pictures (back) into the fields. */
  fill(question, pictures) {
    field().value = question;
    this.pictures = pictures;
    grow();
    this.draw();
  }

  asking(isAsking) {
    this.isAsking = isAsking;
    $("send").hidden = isAsking;
    $("stop").hidden = !isAsking;
    this.draw();
  }

  /** Say what is wrong and what to do; with `again`, offer that, and do it by itself after `wait`. */
  say(word, fields = {}, { again = null, wait = 0, message = "" } = {}) {
    clearInterval(this.counting);
    this.trouble = word || message ? { word, fields, again, message, left: wait } : null;
    if (wait && again) {
      this.counting = setInterval(() => {
        this.trouble.left -= 1;
        if (this.trouble.left > 0) return this.drawCount();
        this.say(null);
        return again();
      }, 1000);
    }
    this.drawTrouble();
  }

  words() {
    const { word, fields, left, message } = this.trouble;
    return word ? t(word, { ...fields, seconds: Math.max(left, 1) }) : message;
  }

  drawCount() {
    $("alert").querySelector("p").textContent = this.words();
  }

  drawTrouble() {
    const { trouble } = this;
    $("alert").hidden = !trouble;
    if (!trouble) return;
    const again = () => {
      this.say(null);
      trouble.again();
    };
    $("alert").replaceChildren(
      h("p", {}, this.words()),
      trouble.again ? h("button", { type: "button", class: "solid", onclick: again }, t("again")) : "",
      h("button", { type: "button", class: "plain icon", "aria-label": t("cancel"), onclick: () => this.say(null) }, icon("close")),
    );
  }

  draw() {
    $("attached").hidden = !this.pictures.length;
    $("attached").replaceChildren(...this.pictures.map((picture) => this.chip(picture)));
    this.drawSuggestions();
    field().maxLength = this.limits.max_question;
    this.drawTrouble();
  }

  /** Questions to begin with, until somebody writes one. */
  drawSuggestions() {
    const isFirst = this.pictures.length > 0 && !this.hasPictures() && !this.isAsking;
    $("suggestions").hidden = !isFirst || field().value !== "";
    const suggested = ["suggest_1", "suggest_2", "suggest_3"].map((word) => t(word));
    $("suggestions").replaceChildren(...suggested.map((question) => this.suggestion(question)));
  }

  chip(picture) {
    const remove = t("remove", { name: picture.name });
    return h(
      "li",
      {},
      picture.url ? h("img", { src: picture.url, alt: picture.name }) : h("span", { class: "file" }, icon("page"), picture.name),
      h("button", { type: "button", "aria-label": remove, title: remove,
        onclick: () => {
          this.remove(picture);
          announce("");
        } }, icon("close")),
    );
  }

  suggestion(question) {
    const ask = () => {
      field().value = question;
      this.send();
    };
    return h("button", { type: "button", class: "suggestion", onclick: ask }, question);
  }
}

function grow() {
  const element = field();
  element.style.setProperty("height", "auto");
  element.style.setProperty("height", `${Math.min(element.scrollHeight, 160)}px`);
}
