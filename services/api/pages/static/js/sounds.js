// Sounds as captioners note them, in the language of the captions. Pure.

/** @type {Record<string, string[]>} */
const SOUNDS = {
  ar: ["تصفيق", "ضحك", "موسيقى", "غير مسموع"],
  de: ["Applaus", "Lachen", "Musik", "Unverständlich"],
  en: ["Applause", "Laughter", "Music", "Inaudible"],
  es: ["Aplausos", "Risas", "Música", "Inaudible"],
  fr: ["Applaudissements", "Rires", "Musique", "Inaudible"],
  pt: ["Aplausos", "Risos", "Música", "Inaudível"],
  ru: ["Аплодисменты", "Смех", "Музыка", "Неразборчиво"],
  zh: ["掌声", "笑声", "音乐", "听不清"],
};

/** @param {string} language a BCP 47 tag */
export const soundsOf = (language) => (SOUNDS[language.toLowerCase().split("-")[0]] ?? SOUNDS.en).map((one) => `[${one}]`);
