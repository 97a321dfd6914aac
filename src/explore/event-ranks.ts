/*
 * Properties remember events by their numbers, to name those at fault. In a search a number would tell apart states that
 * differ only in how many steps led to them. So a property sees numbers from a band that nothing else uses, and between
 * two events those that it still remembers are numbered again, in their order: what came before what is kept, no more.
 */

/** The first number of the band. */
const bandStart = 0x10_0000_0000_0000;
const bandEnd = bandStart + 0x100_0000;

const isRank = (value: unknown): value is number => typeof value === "number" && value >= bandStart && value < bandEnd;

const visit = (value: unknown, found: Set<number>): void => {
  if (isRank(value)) found.add(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  if (value instanceof Map)
    for (const [key, item] of value) {
      visit(key, found);
      visit(item, found);
    }
  else if (value instanceof Set) for (const item of value) visit(item, found);
  else for (const item of Object.values(value)) visit(item, found);
};

const renamed = (value: unknown, ranks: ReadonlyMap<number, number>): unknown => {
  if (isRank(value)) return ranks.get(value) ?? value;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const again = (part: unknown): unknown => renamed(part, ranks);
  if (Array.isArray(value)) return value.map(again);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [again(key), again(item)]));
  if (value instanceof Set) return new Set([...value].map(again));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, again(item)]));
};

/** The number of the next event for a property that remembers so many. */
export const rankAt = (remembered: number): number => bandStart + remembered;

/** A value with the events that it remembers numbered again from the first of the band, and how many they are. */
export const ranked = (value: unknown): { readonly value: unknown; readonly count: number } => {
  const found = new Set<number>();
  visit(value, found);
  const sorted = [...found].sort((a, b) => a - b);
  if (sorted.every((event, at) => event === bandStart + at)) return { value, count: sorted.length };
  return { value: renamed(value, new Map(sorted.map((event, at) => [event, bandStart + at]))), count: sorted.length };
};
