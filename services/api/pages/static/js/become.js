// Draws anew what was drawn before: what is the same stays as it is, and with it what is selected, or read aloud, in it.

/** Makes a node what another one is, from its own parts as far as it has them. @param {Node} old @param {Node} fresh */
export function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName) return void old.parentNode?.replaceChild(fresh, old);
  if (!(old instanceof Element && fresh instanceof Element)) return void (old.nodeValue = fresh.nodeValue);
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) old.setAttribute(name, fresh.getAttribute(name) ?? "");
  const [there, wanted] = [[...old.childNodes], [...fresh.childNodes]];
  for (const one of there.slice(wanted.length)) one.remove();
  wanted.forEach((one, place) => { place < there.length ? become(there[place], one) : old.append(one); });
}
