export const naked = 1;
// A plain comment is no docstring.
export interface Bare {
  readonly inside: number;
}
/** Documented, and so is the one below. */
export const fine = 1;
export const fineToo = 2;

export const apart = 3;
// @ts-ignore
export const silenced: number = "text"; // biome-ignore lint/style/noRestrictedGlobals: none
