/** Insertions, deletions and replacements between two words (Levenshtein 1966). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
};

/** How unlike an id is: a part of its path that fits counts as much as the whole. */
const unlikeness = (word: string, id: string): number => {
  const whole = distance(word, id);
  const name = distance(word, id.slice(id.indexOf("/") + 1));
  return id.includes(word) && word.length > 1 ? 0.5 : Math.min(whole, name + 0.5);
};

/** The likeliest meant among `ids`; undefined when nothing is near. */
export const nearest = (word: string, ids: readonly string[]): string | undefined => {
  let best: { readonly id: string; readonly far: number } | undefined;
  for (const id of ids) {
    const far = unlikeness(word.slice(0, 200).toLowerCase(), id);
    if (best === undefined || far < best.far) best = { id, far };
  }
  return best !== undefined && word !== "" && best.far <= Math.max(2.5, Math.min(word.length, best.id.length) * 0.4)
    ? best.id
    : undefined;
};

/** A word as it is quoted back: a screenful of it helps nobody. */
export const quoteBack = (word: string): string => JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word);
