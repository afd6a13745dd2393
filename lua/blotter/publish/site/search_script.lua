--- The few lines of script that search the index: small words and endings are passed over, entries that have all words
-- stay, the best of them first; where none has all, those that have most; where none has any, where to look.

return [[
const plain = (text) => " " + text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "")
  .replace(/(\p{L})\.(?=\p{L}\b)/gu, "$1").replace(/['’]s\b/g, "").replace(/[^\p{L}\p{N}]+/gu, " ") + " ";
const small = new Set(("a about all an and any are at been by can did do does for from get give given had has have how "
  + "in into is it its led list many me most much my new number numbers of on or people per show tell than that the "
  + "their there they this to up was were what when where which who whom why will with").split(" "));
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
const field = document.getElementById("find"), none = document.getElementById("none");
const advice = document.getElementById("advice"), best = document.getElementById("best");
const items = [...document.querySelectorAll("li[data-find]")].map((item) => ({ item,
  title: plain(item.querySelector("a").textContent), text: plain(item.textContent + " " + item.dataset.find),
  at: Number(item.dataset.at) }));
document.getElementById("search").hidden = false;
const BEST = 12;
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
const tell = (words, most, found) => words.length === 0 ? "" : most === 0 ? "Nothing found."
  : (found === 1 ? "1 found" : found + " found") + (most < words.length
    ? `; none has all of the words, ${found === 1 ? "it has" : "they have"} ${most} of the ${words.length}.` : "");
const search = () => {
  const words = wanted(field.value);
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
  none.textContent = tell(words, most, found.length);
};
field.addEventListener("input", search);
if (field.value) search();
]]
