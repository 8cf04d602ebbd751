// In which direction a language is written, as services/api/pages/languages.py says. Pure.

const RIGHT_TO_LEFT = /^(?:Adlm|Arab|Aran|Hebr|Mand|Mend|Nkoo|Rohg|Samr|Syrc|Thaa|Yezi)$/i;
const LANGUAGES = new Set(["ar", "arc", "arq", "ary", "arz", "az-arab", "bal", "bgn", "ckb", "dv", "fa", "glk", "he", "khw", "ks", "lrc", "luz", "mzn", "nqo", "prs", "ps", "sd", "sdh", "skr", "syr", "ug", "ur", "yi"]);

/** `auto` if nobody has said which language it is. @param {string} tag @returns {"ltr" | "rtl" | "auto"} */
export function direction(tag) {
  const [language, ...rest] = tag.toLowerCase().split("-");
  if (!/^[a-z]{2,8}$/.test(language) || ["und", "mul", "zxx", "mis"].includes(language)) return "auto";
  const script = rest.find((one) => /^[a-z]{4}$/.test(one));
  if (script) return RIGHT_TO_LEFT.test(script) ? "rtl" : "ltr";
  return LANGUAGES.has(language) ? "rtl" : "ltr";
}
