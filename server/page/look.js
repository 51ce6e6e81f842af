// Dark or light, as the system has it unless somebody switches.

import { $ } from "./dom.js";

const KEPT = "vqa-agent.look";
const dark = matchMedia("(prefers-color-scheme: dark)");

function show(look) {
  if (look) document.documentElement.dataset.look = look;
}

export function startLook() {
  show(localStorage.getItem(KEPT));
  $("look").addEventListener("click", () => {
    const now = document.documentElement.dataset.look ?? (dark.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    localStorage.setItem(KEPT, next);
    show(next);
  });
}
