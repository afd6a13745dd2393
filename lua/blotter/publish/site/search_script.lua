--- The few lines of script that search the index: small words and endings are passed over, entries that have all words
-- stay, the best of them first; where none has all, those that have most; where none has any, where to look.

return [[
const plain = (text) => " " + text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")
  .replace(/(\p{L})\.(?=\p{L}\b)/gu, "$1").replace(/['’]s\b/g, "").replace(/[^\p{L}\p{N}]+/gu, " ") + " ";
const small = new Set(("a about all an and any are at average been by can did do does each ever for from get "
  + "give given had has have how in into is it its led list many me most much my new number "
  + "numbers of on or part people per show taken tell than that the their there they this to "
  + "took up was were what when where which who whom why will with year years").split(" "));
// The beginning that the forms of a word share: "rescued" and "rescues" of "rescue".
const stem = (word) => word.length < 4 || /\d/.test(word) ? word
  : word.replace(/(?:ies|ings?|ions?|ed|es|s)$/, (end) => word.length - end.length < 3 ? end : "");
const wanted = (text) => {
  const all = plain(text).split(" ").filter(Boolean), own = all.filter((word) => !small.has(word));
  return [...new Set(own.length > 0 ? own : all)];
};
// How well a text has a word: as it is, or as a beginning; two letters are a whole word, as in "uk".
const has = (text, word) => text.includes(" " + word + " ") ? 2
  : word.length > 2 && text.includes(" " + stem(word)) ? 1 : 0;
// Whether one letter more, less or another one, or two that changed places, make one word of the other.
const isNear = (a, b) => {
  let from = 0, left = a.length, right = b.length;
  while (from < left && a[from] === b[from]) from++;
  while (left > from && right > from && a[left - 1] === b[right - 1]) { left--; right--; }
  return left - from < 2 && right - from < 2 || left - from === 2 && a[from] + a[from + 1] === b[from + 1] + b[from];
};
const field = document.getElementById("find"), none = document.getElementById("none");
const advice = document.getElementById("advice"), best = document.getElementById("best");
const items = [...document.querySelectorAll("li[data-find]")].map((item) => ({ item,
  title: plain(item.querySelector("a").textContent), text: plain(item.textContent + " " + item.dataset.find),
  at: Number(item.dataset.at) }));
document.getElementById("search").hidden = false;
const BEST = 12, LEAST_NEAR = 5;
let vocabulary;
// A word that no entry has, as the one of the index that is nearly the same.
const mended = (word) => {
  if (word.length < LEAST_NEAR || items.some((entry) => has(entry.text, word) > 0)) return word;
  vocabulary ??= [...new Set(items.flatMap((entry) => entry.text.split(" ")))]
    .filter((own) => own.length >= LEAST_NEAR);
  return vocabulary.find((own) => own[0] === word[0] && isNear(word, own)) ?? word;
};
const weigh = (entry, words) => {
  entry.words = entry.score = 0;
  for (const word of words) {
    const found = has(entry.text, word);
    entry.words += found > 0 ? 1 : 0;
    entry.score += found + 3 * has(entry.title, word);
  }
  const title = entry.title.split(" ").filter(Boolean);
  entry.score += 4 * title.filter((word) => words.includes(word)).length / title.length - entry.at;
};
const tell = (words, typed, most, found) => words.length === 0 ? "" : most === 0 ? "Nothing found."
  : (found === 1 ? "1 found" : found + " found") + (most < words.length
    ? `; none has all of the words, ${found === 1 ? "it has" : "they have"} ${most} of the ${words.length}` : "")
    + words.map((word, at) => word === typed[at] ? "" : `; "${typed[at]}" is looked for as "${word}"`).join("");
const search = () => {
  const typed = wanted(field.value), words = typed.map(mended);
  let most = 0;
  for (const entry of items) {
    weigh(entry, words);
    most = Math.max(most, entry.words);
  }
  const found = items.filter((entry) => words.length > 0 && most > 0 && entry.words === most);
  for (const entry of items) entry.item.hidden = words.length > 0 && !found.includes(entry);
  for (const part of document.querySelectorAll("section"))
    if (part !== best) part.hidden = ![...part.querySelectorAll("li[data-find]")].some((item) => !item.hidden);
  for (const part of document.querySelectorAll("details")) part.open = words.length > 0;
  for (const part of document.querySelectorAll(".contents")) part.hidden = words.length > 0;
  best.hidden = found.length === 0;
  best.querySelector("ol").replaceChildren(...found.sort((a, b) => b.score - a.score).slice(0, BEST)
    .map((entry) => {
      const copy = entry.item.cloneNode(true);
      copy.removeAttribute("data-find");
      return copy;
    }));
  advice.hidden = words.length === 0 || most === words.length;
  none.textContent = tell(words, typed, most, found.length);
};
field.addEventListener("input", search);
if (field.value) search();
]]
