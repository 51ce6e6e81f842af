// A photograph: by the phone's own camera, or through the browser where a mouse points.

import { $ } from "./dom.js";

let stream = null;

/** Let the camera's button take a photograph; `taken` gets the file, `failed` hears of refusals. */
export function startCamera(taken, failed) {
  $("camera").addEventListener("click", () => {
    const byBrowser = navigator.mediaDevices?.getUserMedia && !matchMedia("(pointer: coarse)").matches;
    if (byBrowser) open(failed);
    else $("shot").click();
  });
  $("shot").addEventListener("change", () => {
    taken([...$("shot").files]);
    $("shot").value = "";
  });
  $("shutter").addEventListener("click", async () => {
    taken([await photograph()]);
    $("viewfinder").close();
  });
  $("camera-close").addEventListener("click", () => $("viewfinder").close());
  $("viewfinder").addEventListener("close", () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
  });
}

async function open(failed) {
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 } },
    });
  } catch {
    return failed();
  }
  $("video").srcObject = stream;
  $("viewfinder").showModal();
  return $("video").play();
}

async function photograph() {
  const video = $("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return new File([blob], "photograph.jpg", { type: "image/jpeg" });
}
