// The pictures of the page: files that wait for their question, and those of the conversation.

import { request } from "./api.js";

/** One picture: `url` is what the browser shows, `size` [width, height] that boxes count in. */
export class Picture {
  constructor({ id = null, name = "", file = null, size = null }) {
    Object.assign(this, { id, name, file, size, url: null });
  }

  /** Show a file itself, where the browser can; else it is shown when the service has read it. */
  async preview() {
    const url = URL.createObjectURL(this.file);
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
      this.url = url;
      this.size ??= [image.naturalWidth, image.naturalHeight];
    } catch {
      URL.revokeObjectURL(url);
    }
  }

  /** Load it as the service shows it. */
  async load(conversation) {
    const response = await request(`v1/conversations/${conversation}/pictures/${this.id}`);
    this.url = URL.createObjectURL(await response.blob());
  }
}

/** The pictures that came with a question: a file that is one picture keeps what is shown of it. */
export function arrived(listed, known, sent) {
  const found = listed.filter(({ id }) => !known.has(id));
  const files = new Set(found.map(({ id }) => id.split("p")[0]));
  const matching = files.size === sent.length ? [...files] : [];
  return found.map(({ id, name, width, height }) => {
    const same = sent[matching.indexOf(id)];
    const picture = new Picture({ id, name, size: [width, height] });
    if (same) picture.url = same.url;
    return picture;
  });
}
