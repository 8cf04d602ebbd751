// Colours for speakers, for those who want them: the name says who speaks, a colour only helps to see it. They have the contrast of
// text (WCAG 2.2, 1.4.6) on any paper. Which of them a speaker has, the name alone says: the same on the server, here and later.

const HUES = ["#b3261e", "#0b57d0", "#146c2e", "#8a4b00", "#7b1fa2", "#00696d", "#a8116b", "#5a5f00"];
const EASY = 7;
const READABLE = 4.5;

/** The colour of a speaker, as services/api/pages/turn_views.py has it. @param {string} name */
export const voice = (name) => String([...name].reduce((sum, one) => sum + (one.codePointAt(0) ?? 0), 0) % HUES.length);

function paint() {
  const root = document.documentElement;
  const style = getComputedStyle(root);
  const paper = style.getPropertyValue("--paper").trim();
  const ink = style.getPropertyValue("--ink").trim();
  HUES.forEach((hue, at) => {
    const found = captionflowLook.readable(hue, [paper], EASY) ?? captionflowLook.readable(hue, [paper], READABLE) ?? ink;
    root.style.setProperty(`--voice-${at}`, found);
  });
}

/** They follow the paper: the theme, or the reader's own colours. */
export function voices() {
  paint();
  addEventListener("captionflow:look", paint);
  matchMedia("(prefers-color-scheme: dark)").addListener(paint); // Safari 13 has no addEventListener here
  new MutationObserver(paint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
