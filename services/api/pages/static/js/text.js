// The text of elements as it was put there. What stands there now may be a translation of the browser's, in elements of its own:
// so it is never compared with, and an element that is told the same once more is not touched.

/** @type {WeakMap<Element, string>} */
const told = new WeakMap();

/** Make an element say this and nothing else. Where only its end is another, what is selected before that stays.
 * @param {Element} element @param {string} text */
export function say(element, text) {
  const before = told.get(element) ?? element.textContent ?? "";
  told.set(element, text);
  if (before === text) return;
  const nodes = [...element.childNodes];
  if (element.textContent !== before || nodes.some((node) => !(node instanceof Text))) {
    element.textContent = text;
    return;
  }
  let kept = 0;
  while (kept < before.length && before[kept] === text[kept]) kept += 1;
  let at = 0;
  for (const node of /** @type {Text[]} */ (nodes)) {
    const { length } = node;
    if (at >= kept) node.remove();
    else if (at + length > kept) node.deleteData(kept - at, at + length - kept);
    at += length;
  }
  if (kept < text.length) element.append(text.slice(kept));
}

/** Make the children of an element that have this tag say these, one each; others of its children stay as they are.
 * @param {Element} parent @param {string} tag @param {string[]} texts @returns {Element[]} those children */
export function sayEach(parent, tag, texts) {
  const there = [...parent.children].filter((one) => one.localName === tag);
  for (const gone of there.splice(texts.length)) gone.remove();
  return texts.map((text, place) => {
    const one = there[place] ?? parent.appendChild(document.createElement(tag));
    say(one, text);
    return one;
  });
}
